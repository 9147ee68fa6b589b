import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel } from '../../src-ts/engines/model.ts'
import { makePlan } from '../../src-ts/plan/make-plan.ts'
import { graphPage } from '../../src-ts/report/graph-page.ts'
import { renderFolds } from '../../src-ts/report/render-folds.ts'
import { renderReport } from '../../src-ts/report/render-report.ts'
import { browserMissing, lookAt, openBrowser } from '../helpers/browser.ts'
import { testUnless } from '../helpers/environment.ts'
import { beatReport, foldsReport, fullReport } from './report-data.ts'

const test = suite('pages in a browser')
const inBrowser = testUnless(browserMissing(), 'pages in a browser', test)
const dir = mkdtempSync(join(tmpdir(), 'holter-pages-'))
const browser = browserMissing() ? undefined : await openBrowser()

const graphOf = (model: string) => graphPage(makePlan([loadModel(`models/${model}.tflite`).graph], 'simd').networks[0])
const longPath = 'build/a-folder-of-a-user/with/a-very-long-name-that-does-not-end/and-another-one/models/beats.tflite'
const command = `holter evaluate ${longPath} --split validation --engine node`

/** Every kind of page, with what is long or high in it. */
const pages: Record<string, () => string | Promise<string>> = {
  'the report of a demo': () => renderReport(fullReport()),
  'an evaluation of a model with a long path': () => {
    const report = beatReport()
    return renderReport({ ...report, network: longPath, making: { ...report.making, command } })
  },
  'a cross-validation': () => renderFolds(foldsReport()),
  'the graph of a network in a line': () => graphOf('ecg-tiny'),
  'the graph of a network with branches and skips': () => graphOf('inception-gap'),
}

for (const [name, render] of Object.entries(pages)) {
  inBrowser(`${name} fits on a phone and on a desk, loads nothing, says nothing, and is accessible`, async () => {
    const file = join(dir, 'page.html')
    writeFileSync(file, await render())
    for (const width of [390, 1280])
      for (const scheme of ['light', 'dark'] as const) {
        const found = await lookAt(browser!, pathToFileURL(file).href, { width, scheme })
        const nothing = { said: [], requests: [], overflows: [], squeezed: [], violations: [] }
        assert.equal(found, nothing, `${width} pixels, ${scheme}`)
      }
  })
}

inBrowser('each of these faults is seen', async () => {
  const file = join(dir, 'faults.html')
  writeFileSync(
    file,
    `<!DOCTYPE html><html lang="en"><head><title>faults</title></head><body><main><h1>faults</h1>
<div style="overflow-x:auto"><div style="width:500px">wide</div></div><img src="absent.png">
<table style="width:20px;table-layout:fixed;overflow-wrap:anywhere"><tr><td>squeezed</td></tr></table>
<script>console.error('something')</script></main></body></html>`,
  )
  const found = await lookAt(browser!, pathToFileURL(file).href, { width: 390, scheme: 'light' })
  assert.ok(found.said.includes('something'))
  assert.ok(found.requests.some(address => address.endsWith('absent.png')))
  assert.ok(found.overflows.some(element => element.includes('overflow-x:auto')))
  assert.equal(found.squeezed, ['<td>squeezed</td>'])
  assert.ok(found.violations.some(rule => rule.startsWith('image-alt')))
})

test.after(async () => {
  await browser?.close()
  rmSync(dir, { recursive: true })
})
test.run()
