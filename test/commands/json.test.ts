import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../../src-ts/commands/index.ts'
import { writeNpy } from '../../src-ts/npy.ts'
import { runHolter } from '../helpers/holter-process.ts'

const dir = mkdtempSync(join(tmpdir(), 'holter-json-'))
const test = suite('JSON on the command line')

/** Commands that do something themselves. */
function leaves(all: readonly Command[]): Command[] {
  return all.flatMap(command => (command.commands.length ? leaves(command.commands) : [command]))
}

test('every command has --json and an example in its help', () => {
  for (const command of leaves(commands)) {
    const name = command.name()
    assert.ok(
      command.options.some(option => option.long === '--json'),
      name,
    )
    let help = ''
    command.configureOutput({ writeOut: text => (help += text) }).outputHelp()
    assert.match(help, /\nExamples?: (ECG_DATA_DIR=\S+ )?holter /, name)
  }
})

test('an error is one object on stdout, and its sentence on stderr', () => {
  const { status, stdout, stderr } = runHolter(['inspect', 'absent.tflite', '--json'])
  assert.is(status, 1)
  const { error } = JSON.parse(stdout)
  assert.is(error.stage, 'file')
  assert.is(error.where, 'absent.tflite')
  assert.is(`${error.message}\n`, stderr)
})

test('wrong usage is an object, too', () => {
  for (const args of [
    ['inspect', 'x', '--josn', '--json'],
    ['run', '--json'],
    ['train', 'gap-cn', '--json'],
  ]) {
    const { status, stdout } = runHolter(args)
    assert.is(status, 2, args.join(' '))
    assert.is(JSON.parse(stdout).error.stage, 'usage')
  }
})

test('run and plot say in JSON what they wrote', () => {
  const [x, y, ecg, drawing] = ['x.npy', 'y.npy', 'ecg.npy', 'ecg.svg'].map(name => join(dir, name))
  writeFileSync(x, writeNpy({ shape: [2, 1000, 12], data: new Int8Array(24_000) }))
  const ran = runHolter(['run', 'models/ecg-tiny.tflite', '-i', x, '-o', y, '-e', 'reference', '--json'])
  assert.is(ran.status, 0, ran.stderr)
  assert.equal(JSON.parse(ran.stdout), { engine: 'reference', flavour: 'typescript', rows: 2, files: [y] })

  const wave = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i / 15))
  writeFileSync(ecg, writeNpy({ shape: [1000, 1], data: wave }))
  const plotted = runHolter(['plot', ecg, '--rate', '100', '--units', 'mV', '-o', drawing, '--json'])
  assert.is(plotted.status, 0, plotted.stderr)
  const { file, sampleRateHz, quality } = JSON.parse(plotted.stdout)
  assert.equal([file, sampleRateHz, quality.leads.length], [drawing, 100, 1])
})

test.after(() => rmSync(dir, { recursive: true }))
test.run()
