// The thread's side of jpegThreads.ts.
import { answering } from '../flow/answering.js'
import { decodeHere, type JpegWork } from './jpegHere.ts'

answering<JpegWork>(decodeHere)
