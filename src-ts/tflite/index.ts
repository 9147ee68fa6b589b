export { readTflite, type TfliteGraph } from './read.ts'
export { writeTflite } from './write.ts'
