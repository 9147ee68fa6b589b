// check-demo.mjs DIR MINIMUM_AUC [real]: what a demo must have written and shown, with one line for each finding.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [dir, minimumAuc, kind] = process.argv.slice(2)
const findings = []
const files = [
  'model.tflite',
  'model.scalar.wasm',
  'model.simd.wasm',
  'model.h',
  'vectors.bin',
  'manifest.json',
  'report.html',
  'summary.json',
]
for (const file of files) if (!existsSync(join(dir, file))) findings.push(`${file} is missing`)

if (existsSync(join(dir, 'summary.json'))) {
  const { data, float, int8, parity } = JSON.parse(readFileSync(join(dir, 'summary.json'), 'utf8'))
  const auc = { float: float?.macroAuc.validation, int8: int8.macroAuc.validation }
  console.log(`${data.name}: validation macro AUC ${auc.float} float, ${auc.int8} int8`)
  if (data.synthetic !== (kind !== 'real')) findings.push(`the records are those of ${data.source}`)
  if (!(auc.float >= Number(minimumAuc))) findings.push(`float macro AUC ${auc.float} is below ${minimumAuc}`)
  if (!(Math.abs(auc.float - auc.int8) <= 0.005)) findings.push('int8 differs from float by more than 0.005')
  for (const { engine, flavour, outputs, differing, skipped } of parity) {
    // tflite-micro has packages for one platform only.
    const allowed = engine === 'tflite-micro' && !(process.platform === 'linux' && process.arch === 'x64')
    if (skipped && !allowed) findings.push(`${engine} ${flavour} was left out: ${skipped}`)
    if (!skipped && (differing > 0 || outputs === 0)) findings.push(`${engine} ${flavour}: ${differing} bytes differ`)
  }
}
for (const finding of findings) console.error(finding)
process.exitCode = findings.length ? 1 : 0
