import { mkdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { monitor } from '../../src-ts/runs/monitor.ts'
import { MonitorPage } from '../../src-ts/runs/serve-monitor.ts'
import { browserMissing, lookAt, openBrowser } from '../helpers/browser.ts'
import { testUnless } from '../helpers/environment.ts'
import { inFolder } from '../helpers/wfdb-files.ts'
import { madeRecord } from '../monitor/made-recording.ts'

const test = suite('report/monitor-page')
const inBrowser = testUnless(browserMissing(), 'report/monitor-page', test)

/** Plays the record at a speed on a page while `look` looks at it. */
async function played<T>(speed: number, look: (page: MonitorPage) => Promise<T>): Promise<T> {
  return inFolder(async dir => {
    const page = await MonitorPage.open(0)
    const stop = new AbortController()
    const run = monitor({ source: madeRecord(dir), speed, display: page }, { signal: stop.signal })
    try {
      return await look(page)
    } finally {
      stop.abort()
      await run
      page.close()
    }
  })
}

/** The status of an answer. */
function ask(
  address: string,
  options: { path?: string; method?: string; headers?: Record<string, string> },
): Promise<number> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, ...options }, response => {
      response.destroy()
      resolve(response.statusCode!)
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('answers its own page only: no other host, file or method', () =>
  played(1, async ({ address }) => {
    assert.is(await ask(address, { path: '/' }), 200)
    assert.is(await ask(address, { path: '/', headers: { host: 'evil.example' } }), 403)
    assert.is(await ask(address, { path: '/../package.json' }), 404)
    assert.is(await ask(address, { path: '/acknowledge', method: 'POST' }), 403)
    assert.is(await ask(address, { path: '/acknowledge', method: 'POST', headers: { 'x-holter': 'acknowledge' } }), 204)
    assert.is(await ask(address, { path: '/', method: 'PUT' }), 405)
  }))

inBrowser('a browser shows strip, rate, labels, alarms and signal; nothing comes from elsewhere', () =>
  played(8, async ({ address }) => {
    const browser = await openBrowser()
    try {
      for (const scheme of ['light', 'dark'] as const) {
        const { said, requests, overflows, violations } = await lookAt(browser, address, { width: 390, scheme })
        assert.equal(said, [])
        assert.ok(
          requests.every(url => url.startsWith(address) || url === 'data:,'),
          requests.join('\n'),
        )
        assert.equal(overflows, [])
        assert.equal(violations, [])
      }
      const page = await browser.newPage({ viewport: { width: 1000, height: 900 } })
      await page.goto(address)
      const shows = (id: string, hasText: RegExp) =>
        page.locator(`#${id}`).filter({ hasText }).waitFor({ timeout: 20_000 })
      await shows('rate', /^\d+$/)
      await shows('quality', /MLII: good/)
      await shows('alarms', /Ventricular tachycardia, high/)
      await shows('log', /alarm ventricular-tachycardia/)
      await page.click('#acknowledge')
      await shows('log', /acknowledged ventricular-tachycardia/)
      const inked = await page.evaluate<number>(`(() => {
        const { data } = document.getElementById('strip').getContext('2d').getImageData(0, 0, 900, 200)
        return data.filter((_, i) => i % 4 === 3).filter(alpha => alpha > 200).length
      })()`)
      assert.ok(inked > 500, `${inked} pixels of the strip are drawn`)
      mkdirSync('build', { recursive: true })
      const picture = await page.screenshot({ path: join('build', 'monitor-page.png') })
      assert.ok(picture.length > 10_000)
    } finally {
      await browser.close()
    }
  }),
)

test.run()
