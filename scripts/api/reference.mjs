// The library's reference, docs/api.md, from the declarations that tsc emits: every public name with its comment and its
// type, in the order of src/index.ts. test/docs.test.ts compares the page with it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const INTRODUCTION = `# The library

Made from the types. \`import { train, loadModel } from 'itc'\`; nothing prints, long work reports through \`onEvent\` and stops at
an \`AbortSignal\`. What a person can put right is thrown as a \`UserError\` with a code ([errors](errors.md)).
`
/** The sections, by the kinds of declarations in them. */
const SECTIONS = [
  ['Functions', ['TSDeclareFunction']],
  ['Classes', ['ClassDeclaration']],
  ['Types', ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration']],
]

/** @returns {string} the page, as Markdown */
export function apiReference() {
  const folder = mkdtempSync(join(tmpdir(), 'itc-api-'))
  try {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
    const flags = ['-p', join(ROOT, 'tsconfig.build.json'), '--emitDeclarationOnly', '--noCheck', '--outDir', folder]
    execFileSync(process.execPath, [compiler, ...flags], { stdio: 'inherit' })
    return page(publicNames(folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function page(names) {
  const sections = SECTIONS.map(([title, kinds]) => {
    const own = names.filter(({ kind }) => kinds.includes(kind))
    return [`## ${title}`, ...own.map(section)].join('\n\n')
  })
  return `${[INTRODUCTION.trim(), ...sections].join('\n\n')}\n`
}

function section({ name, file, comment, code }) {
  return `### ${name}\n\n${[comment, `\`\`\`ts\n${code}\n\`\`\``, `[${file}](../${file})`].filter(Boolean).join('\n\n')}`
}

/** What index.d.ts exports, each with where it is declared. */
function publicNames(folder) {
  const { program } = parse(join(folder, 'index.d.ts'))
  return program.body.flatMap(statement => {
    return statement.specifiers.map(({ local }) => declaration(folder, declared(folder, statement), local.name))
  })
}

function declaration(folder, path, name) {
  const { program, comments, text } = parse(path)
  const statement = program.body.find(({ declaration }) => declaration?.id?.name === name)
  if (statement === undefined) return declaration(folder, elsewhere(program, path, name), name)
  const before = comments.findLast(({ end }) => end <= statement.start)
  const isItsOwn = before && text.slice(before.end, statement.start).trim() === ''
  const source = relative(folder, path)
    .replace(/\.d\.ts$/, '.ts')
    .split(sep)
    .join('/')
  return {
    name,
    kind: statement.declaration.type,
    file: `src/${source}`,
    comment: isItsOwn ? prose(before.value) : '',
    code: withoutInternal(statement, comments, text).replace(/^export (declare )?/, ''),
  }
}

/** The file that one passes a name on from. */
function elsewhere(program, path, name) {
  const from = program.body.find(({ source, specifiers }) => {
    return source && specifiers?.some(specifier => specifier.exported?.name === name)
  })
  if (from === undefined) throw new Error(`${path} does not declare ${name}`)
  return declared(join(path, '..'), from)
}

const declared = (folder, { source }) => join(folder, source.value.replace(/\.ts$/, '.d.ts'))

/** The declaration's text without private members and those for ourselves. */
function withoutInternal({ start, end, declaration }, comments, text) {
  const members = declaration.type === 'ClassDeclaration' ? declaration.body.body : []
  const cuts = members.flatMap(member => {
    const own = comments.findLast(comment => comment.end <= member.start)
    const isItsOwn = own && text.slice(own.end, member.start).trim() === ''
    const isHidden =
      text.slice(member.start, member.end).startsWith('#') || (isItsOwn && own.value.includes('@internal'))
    return isHidden ? [[isItsOwn ? own.start : member.start, member.end]] : []
  })
  let code = ''
  let at = start
  for (const [from, to] of cuts) {
    code += text.slice(at, from).trimEnd()
    at = to
  }
  return code + text.slice(at, end)
}

/** A comment as Markdown: its tags as a list. */
function prose(comment) {
  const lines = comment.split('\n').map(line => line.replace(/^\s*\*? ?/, '').trimEnd())
  return lines
    .join('\n')
    .trim()
    .replace(/@param +([\w.]+)/g, '\n- `$1`')
    .replace(/@(returns|throws)/g, '\n- *$1*')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/\n\n(?=- )/g, (gap, at, all) => (/\n- [^\n]*$/.test(all.slice(0, at)) ? '\n' : gap))
}

function parse(path) {
  const text = readFileSync(path, 'utf8')
  const { program, comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  return { program, comments, text }
}
