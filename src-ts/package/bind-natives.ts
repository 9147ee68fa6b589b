import { HolterError } from '../errors.ts'

/** Returns a firmware module in which exported functions that a device has in native code are imports of module `holter`. */
export async function bindNatives(wasm: Uint8Array, natives: readonly string[]): Promise<Uint8Array> {
  const { default: binaryen } = await import('binaryen')
  const { BulkMemory, BulkMemoryOpt, SignExt } = binaryen.Features
  const module = binaryen.readBinaryWithFeatures(wasm, BulkMemory | BulkMemoryOpt | SignExt)
  try {
    for (const name of natives) {
      const { value: internal } = binaryen.getExportInfo(module.getExport(name))
      const { params, results } = binaryen.getFunctionInfo(module.getFunction(internal))
      module.removeExport(name)
      module.removeFunction(internal)
      module.addFunctionImport(internal, 'holter', name, params, results)
    }
    if (!module.validate()) {
      throw new HolterError({ stage: 'package', where: 'module', problem: 'the module with natives does not validate' })
    }
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}
