import { c } from './form-c.ts'
export const wasm3 = c
