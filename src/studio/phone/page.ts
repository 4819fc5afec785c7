import { createHash } from 'node:crypto'

const STYLE = `body{font:18px/1.5 system-ui,sans-serif;margin:0 auto;max-width:32rem;padding:1.5rem;color:#23262b;background:#faf8f4}
@media (prefers-color-scheme:dark){body{color:#e9e6df;background:#16181b}}
label{display:block;margin:1rem 0;padding:1.2rem;border:2px solid #0e6b6f;border-radius:.8rem;text-align:center}
input{position:absolute;opacity:0}label:focus-within{outline:3px solid #0b57d0}`

// Each picture is a request of its own, one after another: a phone's connection may be slow.
const SCRIPT = `const said=document.querySelector('[role=status]');let sent=0,failed=0
for(const input of document.querySelectorAll('input'))input.addEventListener('change',async()=>{
for(const file of input.files){said.textContent='Sending '+file.name+' …'
try{const answer=await fetch('picture?name='+encodeURIComponent(file.name||'photo.jpg'),{method:'PUT',body:file})
if(answer.ok)sent++;else{failed++;said.textContent=(await answer.json()).message;continue}}catch{failed++;said.textContent='The computer does not answer.';continue}
said.textContent=sent+(sent===1?' picture is':' pictures are')+' on the computer.'+(failed?' '+failed+' could not be sent.':'')}input.value=''})`

const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** What a phone's browser may do with the page: send pictures back, and nothing else. */
export const PHONE_POLICY = `default-src 'none'; style-src ${sha256(STYLE)}; script-src ${sha256(SCRIPT)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The page that a phone gets: its own camera, or many pictures that it has. */
export function phonePage(category: string): string {
  const name = category.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Pictures for ${name}</title><style>${STYLE}</style><main><h1>Pictures for ${name}</h1>
<label>Take a picture<input type="file" accept="image/*" capture="environment"></label>
<label>Choose pictures<input type="file" accept="image/*" multiple></label>
<p role="status">They go to the computer that showed the code, and nowhere else.</p></main><script>${SCRIPT}</script></html>`
}
