// The suites of the tensorflow engine once more: here tfjs-node has been provisioned, so that they run and not only skip.
import '../engine/tensorflowBackbone.test.ts'
import '../engine/tensorflowHead.test.ts'
import '../engine/tensorflowModule.test.ts'
