import { HolterError } from '../errors.ts'

/** Where a module's working memory and its read-only constants lie, in its own addresses. */
export interface Regions {
  /** First byte of working memory; what lies below is never used. */
  readonly ramAddress: number
  /** Bytes of working memory. */
  readonly ramBytes: number
  /** First read-only constant, and how many bytes there are. */
  readonly constantsAddress: number
  readonly constantBytes: number
}

/** Bytes that each access of memory touches. */
const WIDTHS: Readonly<Record<string, number>> = {
  i32_load: 4,
  i32_load8_s: 1,
  i32_load8_u: 1,
  i32_load16_s: 2,
  i32_load16_u: 2,
  i64_load: 8,
  i64_load8_s: 1,
  i64_load8_u: 1,
  i64_load16_s: 2,
  i64_load16_u: 2,
  i64_load32_s: 4,
  i64_load32_u: 4,
  i32_store: 4,
  i32_store8: 1,
  i32_store16: 2,
  i64_store: 8,
  i64_store8: 1,
  i64_store16: 2,
  i64_store32: 4,
}

const MEMORY = /wasm_rt_local_memory_base, wasm_rt_local_memory_size, &instance->w2c_memory, /.source
const ACCESS = new RegExp(`\\b(\\w+)_default32\\(${MEMORY}\\(u64\\)\\((\\w+)\\)(?: \\+ (\\d+)u)?`, 'g')
const CONSTANT_ADDRESS = new RegExp(
  `\\b(\\w+) = (\\d+)u;\\n(\\s*\\w+ = )(\\w+load\\w*)_default32\\(${MEMORY}\\(u64\\)\\(\\1\\)\\)`,
  'g',
)

/**
 * Returns the functions of a module, as wasm2c wrote them under the name `model`, for firmware-targets/runtime/module.h: memory of a
 * fixed size in two regions, each access checked in 32 bits. A load whose offset lies in the constants reads from flash. Its variables are
 * static ones, and what it does when it is instantiated is MODULE_START. Memory is as large as it may be: to grow fails, as in wasm.
 * `natives` are left out: the runtime defines them. Throws HolterError on anything that has no place there.
 */
export function firmwareFunctions(source: string, regions: Regions, natives: readonly string[]): string {
  const functions = [
    ...source.matchAll(/^(void|u32|u64) w2c_model_(\w+)\(w2c_model\* instance[^)]*\) \{\n[\s\S]*?^\}\n/gm),
  ]
    .filter(([text]) => text.includes('FUNC_PROLOGUE;'))
    .filter(([, , name]) => !natives.some(native => name === `${native}_0`))
  if (!functions.some(([, , name]) => name === 'run_0')) refuse('wasm2c wrote no function "run"')
  const bodies = functions.map(([text]) => `static ${rewrite(text, regions)}`)
  const prototypes = bodies.map(text => `${text.slice(0, text.indexOf('{')).trim().replace(/\s+/g, ' ')};`)
  const text = [...globalLines(source, bodies), ...prototypes, '', ...bodies].join('\n')
  const foreign = text.match(/\binstance\b|\bwasm_rt_\w+|CALL_INDIRECT|\b[fF](32|64)_\w+/)
  if (foreign) refuse(`the module uses what firmware has no place for: ${foreign[0]}`)
  return text
}

function rewrite(text: string, regions: Regions): string {
  return text
    .replace(/^ *(uint8_t\* const|uint64_t) wasm_rt_local_memory_\w+ = .*\n/gm, '')
    .replace(/^ *\(void\)wasm_rt_local_memory_\w+;\n/gm, '')
    .replace(/^ *wasm_rt_local_memory_size = .*\n/gm, '')
    .replace(/^#if WASM_RT_USE_SEGUE_FOR_THIS_MODULE\n.*\n#endif\n/gm, '')
    .replace(/wasm_rt_grow_memory\(&instance->w2c_memory, \w+\)/g, '4294967295u')
    .replace(/instance->w2c_memory\.pages/g, () => `${pagesOf(regions)}u`)
    .replace(/\binstance->w2c_(\w+)/g, (all, name) => (name === 'memory' ? all : `variable_${name}`))
    .replace(CONSTANT_ADDRESS, (all, pointer, address, to, name) =>
      Number(address) < regions.constantsAddress
        ? all
        : `${pointer} = 0u;\n${to}${access(name, pointer, Number(address), regions)})`,
    )
    .replace(ACCESS, (_, name, pointer, offset) => access(name, pointer, Number(offset ?? 0), regions))
    .replace(/memory_copy\(&instance->w2c_memory, &instance->w2c_memory, /g, 'ram_copy(')
    .replace(/memory_fill\(&instance->w2c_memory, /g, 'ram_fill(')
    .replace(/\bw2c_model_(\w+)\((w2c_model\* )?instance(, )?/g, 'module_$1(')
    .replace(/^(void|u32|u64) (\w+)\(\) \{/m, '$1 $2(void) {')
    .replace(/^( *)w2c_model/gm, '$1')
}

/** The module's variables as static ones, and the name of its start function, if it has one. */
function globalLines(source: string, bodies: readonly string[]): string[] {
  const used = new Set(bodies.flatMap(text => text.match(/\bvariable_\w+/g) ?? []))
  const lines = [...part(source, 'static void init_globals').matchAll(/instance->w2c_(\w+) = (\w+);/g)]
    .filter(([, name]) => used.has(`variable_${name}`))
    .map(([, name, value]) => `static u${value.endsWith('ull') ? 64 : 32} variable_${name} = ${value};`)
  const start = part(source, 'void wasm2c_model_instantiate').match(/w2c_model_(\w+)\(instance\)/)
  return start ? [...lines, `#define MODULE_START module_${start[1]}`] : lines
}

/** A function of wasm2c's text, to its last line. */
function part(source: string, heading: string): string {
  const start = source.indexOf(`${heading}`)
  return start < 0 ? '' : source.slice(start, source.indexOf('\n}\n', start))
}

function pagesOf({ constantsAddress, constantBytes }: Regions): number {
  return Math.ceil((constantsAddress + constantBytes) / 65536)
}

/** The beginning of a call of an accessor: `ram_i32_load(pointer, offset`. An offset that would wrap its limit is refused. */
function access(name: string, pointer: string, offset: number, regions: Regions): string {
  const width = WIDTHS[name]
  if (!width) return refuse(`the module accesses memory by ${name}`)
  const constant = offset >= regions.constantsAddress
  if (constant && name.includes('store')) return refuse(`the module writes a constant, at offset ${offset}`)
  const place = offset - (constant ? regions.constantsAddress : regions.ramAddress)
  const bytes = constant ? regions.constantBytes : regions.ramBytes
  if (place + width > bytes) return refuse(`an offset lies beyond its region's end: ${place} + ${width} of ${bytes}`)
  return `${constant ? 'flash' : 'ram'}_${name}(${pointer}, ${place}`
}

function refuse(problem: string): never {
  throw new HolterError({
    stage: 'package',
    where: 'C source',
    problem,
    hint: 'This is a fault of Holter: please report it with the model',
  })
}
