// `node --import ./tools/typescript.mjs FILE.ts` runs TypeScript. Node 22.18 and newer strip types by themselves; older ones get a
// loader that touches .ts files only. (A general loader such as tsx also parses the 13 MB of binaryen: 8 s at every start.)
import { register } from 'node:module'

if (!process.features.typescript) register('./typescript-hooks.mjs', import.meta.url)
