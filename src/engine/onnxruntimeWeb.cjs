// What of onnxruntime's WebAssembly form runs in Node.js. `npm run build` puts that part in the place of this file
// (`scripts/wasm`): the package as published is ten times as large, and brings others whose install scripts npm warns of.
module.exports = require('onnxruntime-web')
