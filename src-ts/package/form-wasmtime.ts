import { c } from './form-c.ts'
export const wasmtime = c
