import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { madeEcg } from '../helpers/made-ecg.ts'
import { LEADS, path100, writePtbXl } from '../helpers/ptb-xl-folder.ts'
import { inFolder, type SignalToWrite, writeRecord } from '../helpers/wfdb-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const test = suite('bad ECG files on the command line')
const { signal, beats } = madeEcg(30, 100)
const GAIN = '1000/mV 16 0'
const steps = (gain: number, change: (mv: number, i: number) => number = mv => mv) =>
  Array.from(signal, (mv, i) => Math.round(gain * change(mv, i)))
const paced = steps(1000, (mv, i) => (beats.includes(i + 6) ? 20 : mv))

/** Runs the command line as a user does. */
function holter(args: readonly string[], cwd = root) {
  const { ECG_DATA_DIR: _, ...env } = process.env
  return spawnSync(process.execPath, [join(root, 'tools/holter.mjs'), ...args], { cwd, encoding: 'utf8', env })
}

/** Replaces text in a header. */
function edit(path: string, from: string | RegExp, to: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
}

/** The limb leads of a heart whose lead II is the made one, under the names given. */
function limbs(names: readonly string[]): SignalToWrite[] {
  const one = steps(1000, (mv, i) => 0.6 * mv + 0.1 * Math.sin(i / 31))
  const two = steps(1000)
  const from = (a: number, b: number) => two.map((_, i) => Math.round(a * one[i] + b * two[i]))
  const leads = [one, two, from(-1, 1), from(-0.5, -0.5), from(1, -0.5), from(-0.5, 1)]
  return leads.map((digital, i) => ({ digital, gain: GAIN, name: names[i] }))
}

test('data check names every bad record with what is wrong, and ends with 1 for those that cannot be read', () =>
  inFolder(dir => {
    const write = (name: string, digital: readonly number[] = steps(1000), gain = GAIN, rateHz = 100) =>
      writeRecord(dir, name, 16, [{ digital, gain, name: 'II' }], { rateHz })
    write('good')
    write('pacing-spikes', paced)
    edit(write('other-date'), ' 3000\n', ' 3000 9:5 2001-12-31\n')
    edit(write('no-length'), ' 3000\n', '\n')
    write('gain-0', steps(200), '0/mV 16 0')
    write('microvolts-as-millivolts', steps(1000), '1/mV 16 0')
    write('millivolts-as-microvolts', steps(1000), '1000/uV 16 0')
    write(
      'flat',
      steps(1000, (mv, i) => (i > 1000 && i < 1300 ? 0.1 : mv)),
    )
    write(
      'rails',
      steps(1000, (mv, i) => (i % 500 < 20 ? 5 : mv)),
    )
    write(
      'offset',
      steps(50, mv => mv + 500),
      '50/mV 16 0',
    )
    write(
      'nan',
      steps(1000, (mv, i) => (i < 3 ? -32.768 : mv)),
    )
    write('wrong-rate', steps(1000), GAIN, 500)
    writeRecord(dir, 'exchanged-leads', 16, limbs(['II', 'I', 'III', 'aVR', 'aVL', 'aVF']))
    write('zero-length', [0])
    edit(join(dir, 'zero-length.hea'), ' 100 1\n', ' 100 0\n')
    truncateSync(join(dir, 'zero-length.dat'), 0)
    write('cut')
    truncateSync(join(dir, 'cut.dat'), 5000)
    write('too-long')
    appendFileSync(join(dir, 'too-long.dat'), 'more')
    edit(write('damaged'), /^(\S+ 16 \S+ 16 0 -?\d+) (\d+)/m, '$1 1')

    const { status, stdout, stderr } = holter(['data', 'check', dir, '--rate', '100', '--json'])
    const trusting = holter(['data', 'check', dir, '--rate', '100', '--no-checksum'])
    assert.not.match(trusting.stdout, /damaged/)
    assert.match(trusting.stdout, /^ *cut +unreadable/m)
    assert.is(status, 1, stderr)
    const found: { record: string; problems: { kind: string; text: string }[] }[] = JSON.parse(stdout).withProblems
    const lines = found.map(({ record, problems }) => `${record}: ${problems.map(p => `${p.kind}, ${p.text}`)}`)
    const expected = [
      /^cut: unreadable, the signal file is shorter than its header says$/,
      /^damaged: unreadable, the sum of the samples differs from the header's checksum$/,
      /^exchanged-leads: limb leads, I and II are exchanged$/,
      /^flat: flat, II: 2\.99 s at 0\.1$/,
      /^microvolts-as-millivolts: units, II: ranges over \d{4} mV; are these microvolts$/,
      /^millivolts-as-microvolts: flat, II: 0\.001 mV between its extremes; are the units right$/,
      /^nan: invalid samples, II: 3 of 3000$/,
      /^offset: offset, II: lies at 500 mV$/,
      /^rails: saturated, II: 20 samples in a row at 5(,|$)/,
      /^too-long: unreadable, the signal file is longer than its header says$/,
      /^wrong-rate: length, 3000 samples at 500 Hz, 3000 at 100 Hz expected(,|$)/,
      /^zero-length: unreadable, the signal file holds no samples$/,
    ]
    assert.is(lines.length, expected.length, lines.join('\n'))
    for (const [i, pattern] of expected.entries()) assert.match(lines[i], pattern)
  }))

test('plot draws what can be drawn and says on stderr what is wrong with it', () =>
  inFolder(dir => {
    const plot = (name: string, signals: readonly SignalToWrite[], ...args: string[]) => {
      writeRecord(dir, name, 16, signals)
      const { status, stderr } = holter(['plot', name, '--beats', '--from', '10', ...args], dir)
      assert.is(status, 0, stderr)
      assert.ok(existsSync(join(dir, `${name}.svg`)))
      return stderr
    }
    const inWindow = beats.filter(beat => beat >= 1000 && beat < 2000).length
    assert.match(
      plot('paced', [{ digital: paced, gain: GAIN }]),
      new RegExp(`^${inWindow} beats found, 6\\d per min.*\n$`),
    )
    edit(writeRecord(dir, 'damaged', 16, [{ digital: steps(1000), gain: GAIN }]), /16 0 -?\d+/, '16 0 9')
    const { status, stdout, stderr: refusal } = holter(['plot', 'damaged'], dir)
    assert.equal([status, stdout], [1, ''])
    assert.match(
      refusal,
      /damaged\.dat, signal 0 .* first sample differs .*plot read it all the same with --no-checksum/,
    )
    assert.is(holter(['plot', 'damaged', '--no-checksum'], dir).stdout, 'damaged.svg\n')
    const silent = steps(1000, (_, i) => 0.02 * Math.sin(i * i))
    assert.match(
      plot('silent', [{ digital: silent, gain: GAIN }]),
      /Not classifiable: .*\nNo beats are marked: no lead is usable\./,
    )
    assert.match(plot('microvolts', [{ digital: steps(1000), gain: '1/mV 16 0' }]), /units, \d{4} mV .* microvolts/)
    assert.match(
      plot('exchanged', limbs(['II', 'I', 'III', 'AVR', 'AVL', 'AVF'])),
      /^Limb leads: I and II are exchanged\.$/m,
    )
    // Numbers alone do not say their rate: here it is taken for five times what it was.
    writeFileSync(join(dir, 'fast.csv'), ['I,II', ...Array.from(signal, mv => `${mv},${mv}`)].join('\n'))
    const { stderr } = holter(['plot', 'fast.csv', '--rate', '500', '--units', 'mV', '--beats'], dir)
    assert.match(stderr, /Not classifiable: .*\nIs 500 Hz the right sample rate\?\n/)
  }))

test('a CSV without its rate, without a lead that is asked for, with a row that lacks a cell: one line, no drawing', () =>
  inFolder(dir => {
    const rows = Array.from(signal.slice(0, 500), mv => `${mv},${mv}`)
    writeFileSync(join(dir, 'a.csv'), ['I,II', ...rows].join('\n'))
    writeFileSync(join(dir, 'b.csv'), ['I,II', '0.5', ...rows].join('\n'))
    for (const [args, code, message] of [
      [
        ['a.csv'],
        1,
        /^\[ecg\] a\.csv: the sample rate is not known \(got undefined, .*declare rate, units and leads \(--rate, --units\)\.\n$/,
      ],
      [['a.csv', '--rate', '100'], 1, /^\[ecg\] a\.csv: the units are not known .*\n$/],
      [
        ['a.csv', '--rate', '100', '--units', 'mV', '--leads', 'V1'],
        2,
        /^\[usage\] V1: no such lead \(expected I, II\)/,
      ],
      [
        ['b.csv', '--rate', '100', '--units', 'mV'],
        1,
        /^\[ecg\] b\.csv row 2: the row has a wrong number of cells \(got 1/,
      ],
    ] as const) {
      const { status, stdout, stderr } = holter(['plot', ...args], dir)
      assert.equal([status, stdout], [code, ''], stderr)
      assert.match(stderr, message)
    }
    assert.not.ok(existsSync(join(dir, 'a.svg')) || existsSync(join(dir, 'b.svg')))
  }))

test('a PTB-XL folder with a record that does not fit: evaluate stops with its name, and 1', () =>
  inFolder(dir => {
    const record = path100(6)
    const header = `${record}.hea`
    for (const [damage, message] of [
      [
        () => truncateSync(join(dir, `${record}.dat`), 9000),
        /00006_lr\.dat: the signal file is shorter than its header/,
      ],
      [
        () => edit(join(dir, header), ' 12 100 1000', ' 12 500 1000'),
        /wrong sample rate \(got 500 Hz, expected 100 Hz\)/,
      ],
      [
        () => edit(join(dir, header), ' V3\n', ' C3\n'),
        /lead V3 is missing \(got I II III AVR AVL AVF V1 V2 C3 .*Is C3/,
      ],
      [
        () => edit(join(dir, header), /1000\.0\(0\)\/mV(?=.*V6)/, '0.001(0)/mV'),
        /lead V6 reaches over more than a heart/,
      ],
      [() => edit(join(dir, 'ptbxl_database.csv'), ',strat_fold', ',fold'), /the column strat_fold is missing\. /],
    ] as const) {
      mkdirSync(dir, { recursive: true })
      writePtbXl(dir, undefined, LEADS)
      damage()
      const { status, stdout, stderr } = holter(['evaluate', 'models/gap-cnn.tflite', '--data', dir])
      assert.equal([status, stdout], [1, ''], stderr)
      assert.match(stderr, message)
      assert.not.match(stderr, /\n\s+at |fault of Holter/)
    }
  }))

test.run()
