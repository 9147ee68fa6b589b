import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCsv } from '../../../src-ts/ecg/formats/csv.ts'
import { HolterError } from '../../../src-ts/errors.ts'
import { inFolder } from '../../helpers/wfdb-files.ts'

const test = suite('ecg/formats/csv')

const read = (content: string | Uint8Array, columns: readonly string[]) =>
  inFolder(dir => {
    writeFileSync(join(dir, 't.csv'), content)
    return readCsv(join(dir, 't.csv'), columns, 'Fetch it again')
  })

const refusal = async (content: string | Uint8Array, columns: readonly string[]) => {
  try {
    await read(content, columns)
  } catch (error) {
    assert.instance(error, HolterError)
    return (error as HolterError).message
  }
  throw new Error('nothing was refused')
}

test('quotes, commas and newlines in cells, CRLF, byte order mark, a column without a name', async () => {
  const rows = await read('\ufeff,a,b\r\nx," 1,\r\n""2""", 3 \r\n\r\ny,,4\r\n', ['b', 'a', ''])
  assert.equal(
    rows.map(row => row.cells),
    [
      { b: '3', a: '1,\r\n"2"', '': 'x' },
      { b: '4', a: '', '': 'y' },
    ],
  )
  assert.ok(rows[1].where.endsWith('t.csv row 3'))
})

test('semicolons or tabs, as the header shows; optional columns that are not there are empty', async () => {
  for (const separator of [';', '\t']) {
    const rows = await read(['a', 'b'].join(separator).concat('\n', ['1,5', 'x'].join(separator)), ['b', 'a'])
    assert.equal(rows[0].cells, { b: 'x', a: '1,5' })
  }
  await inFolder(dir => {
    writeFileSync(join(dir, 't.csv'), 'a\n1\n')
    assert.equal(readCsv(join(dir, 't.csv'), ['a', 'b'], '', ['b'])[0].cells, { a: '1', b: '' })
  })
})

for (const [what, content, expected] of [
  ['a missing column', 'ecg-id,fold\n1,2', 'the column ecg_id is missing. Did you rename it to ecg-id? Fetch it again'],
  ['a doubled column', 'ecg_id,fold,fold\n1,2,3', 'the column fold comes twice'],
  ['a short row', 'ecg_id,fold\n1,2\n3', 't.csv row 3: the row has a wrong number of cells (got 1, expected 2)'],
  ['an open quote', 'ecg_id,fold\n1,2\n"3,4', 't.csv row 3: the table cannot be read (got Quoted field unterminated)'],
  ['an empty file', '', 't.csv: the table is empty'],
  ['a binary file', 'ecg_id,fold\n1,\0', 't.csv, byte 14: the text holds a NUL byte'],
] as const) {
  test(`refuses ${what}`, async () => {
    const got = await refusal(content, ['ecg_id', 'fold'])
    assert.ok(got.includes(expected), got)
  })
}

test.run()
