import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js'

const FOLDER = fileURLToPath(new URL('../../docs/json/', import.meta.url))
const ajv = new Ajv2020({ allErrors: true, strictRequired: false, allowUnionTypes: true })

/**
 * What a document has that its schema in docs/json/ does not allow or does not name; readers may meet more members than a
 * schema names, but what is printed today is to be described.
 */
export function problemsBySchema(name: string, document: unknown): string[] {
  const schema = JSON.parse(readFileSync(`${FOLDER}${name}.schema.json`, 'utf8')) as AnySchemaObject
  const validate = ajv.getSchema(schema.$id!) ?? ajv.compile(closed(schema) as AnySchemaObject)
  return validate(document)
    ? []
    : validate.errors!.map(error => `${error.instancePath} ${JSON.stringify(error.params)}`)
}

/** The same schema without room for members that it does not name. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed)
  if (typeof part !== 'object' || part === null) return part
  const all = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]))
  return 'type' in all && 'properties' in all ? { ...all, additionalProperties: false } : all
}
