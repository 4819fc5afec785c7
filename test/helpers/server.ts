import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface TestServer {
  readonly origin: string
  readonly requests: IncomingMessage[]
}

/** A server on this machine for one test; `answer` is called for every request. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse, turn: number) => void) {
  const requests: IncomingMessage[] = []
  return listen(requests, (request, response) => {
    requests.push(request)
    answer(request, response, requests.length)
  })
}

async function listen(requests: IncomingMessage[], listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** A proxy that forwards plain requests and opens tunnels, and keeps a list of what it was asked. */
export async function serveProxy(target: TestServer): Promise<TestServer & { readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    fetch(target.origin + new URL(request.url ?? '').pathname).then(async answer => {
      response.end(Buffer.from(await answer.arrayBuffer()))
    })
  })
  server.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    const { hostname, port } = new URL(target.origin)
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(socket)
      socket.pipe(upstream)
    })
    for (const end of [upstream, socket]) end.on('error', () => upstream.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: [], asked }
}

/** A file to serve: incompressible, with its checksum and ETag. */
export function someFile(bytes: number) {
  const content = randomBytes(bytes)
  content[0] = 0x1f
  const sha256 = createHash('sha256').update(content).digest('hex')
  return { content, sha256, etag: `"${sha256.slice(0, 12)}"` }
}

export type ServedFile = ReturnType<typeof someFile>

/** Serves a file as a decent server does: ETag, ranges, If-Range. */
export function sendFile(request: IncomingMessage, response: ServerResponse, file: ServedFile): void {
  const start = startOf(request, file)
  response.setHeader('etag', file.etag)
  response.setHeader('content-length', file.content.length - start)
  if (start > 0) {
    response.statusCode = 206
    response.setHeader('content-range', `bytes ${start}-${file.content.length - 1}/${file.content.length}`)
  }
  response.end(file.content.subarray(start))
}

/** Serves the beginning of a file, announcing all of it, then cuts the connection. */
export function sendThenCut(request: IncomingMessage, response: ServerResponse, file: ServedFile, bytes: number): void {
  const start = startOf(request, file)
  const rest = file.content.length - start
  const range = start > 0 && { 'content-range': `bytes ${start}-${file.content.length - 1}/${file.content.length}` }
  response.writeHead(start > 0 ? 206 : 200, { etag: file.etag, 'content-length': rest, ...range })
  response.write(file.content.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 200))
}

function startOf(request: IncomingMessage, file: ServedFile): number {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  return range && request.headers['if-range'] === file.etag ? Number(range[1]) : 0
}
