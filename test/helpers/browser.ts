import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, chromium } from 'playwright-core'
import { browserProgram } from '../../src-ts/engines/chromium.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Why no page can be opened here, one clause; undefined when one can. */
export function browserMissing(): string | undefined {
  return browserProgram() ? undefined : 'no Chromium is on the PATH (apt-get install chromium)'
}

/** Starts the system's Chromium without a window. The caller closes it. */
export function openBrowser(): Promise<Browser> {
  // The sandbox refuses root, who is usual in a container.
  return chromium.launch({ executablePath: browserProgram(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
}

/** A way of looking at a page. */
export interface View {
  /** Pixels. */
  readonly width: number
  readonly scheme: 'light' | 'dark'
}

/** What a reader of a page would meet; every list is empty for a good one. */
export interface Findings {
  /** Errors and warnings of the console, and exceptions. */
  readonly said: readonly string[]
  /** Addresses that the page asked for beside itself. */
  readonly requests: readonly string[]
  /** Elements that are wider than what shows them: they scroll sideways, reach out of the page, or are cut off. */
  readonly overflows: readonly string[]
  /** Cells of tables whose words are broken into pieces. */
  readonly squeezed: readonly string[]
  /** Rules of axe (WCAG 2 A and AA, best practices) that are broken, each with the first element that breaks it. */
  readonly violations: readonly string[]
}

/** Opens an address (file: or http:) and looks for everything that a reader would stumble over. */
export async function lookAt(browser: Browser, url: string, { width, scheme }: View): Promise<Findings> {
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme: scheme })
  try {
    const page = await context.newPage()
    const [said, requests]: string[][] = [[], []]
    page.on('console', message => ['error', 'warning'].includes(message.type()) && said.push(message.text()))
    page.on('pageerror', error => said.push(error.message))
    page.on('request', request => request.url() !== url && requests.push(request.url()))
    await page.goto(url, { waitUntil: 'load' })
    const layout = await page.evaluate<Pick<Findings, 'overflows' | 'squeezed'>>(LAYOUT)
    await page.evaluate(axe)
    return { said, requests, ...layout, violations: await page.evaluate<string[]>(VIOLATIONS) }
  } finally {
    await context.close()
  }
}

/** Runs in the page. An element that nobody sees has no boxes; a word is broken where one of its characters stands below the first. */
const LAYOUT = `(() => {
  const name = element => element.outerHTML.replace(/\\s+/g, ' ').slice(0, 120)
  const seen = [...document.body.querySelectorAll('*')].filter(element => element.getClientRects().length)
  const inSvg = element => element.ownerSVGElement
  const overflows = seen.filter(element => {
    if (inSvg(element)) return false
    const { left, right } = element.getBoundingClientRect()
    const scrolls = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline' && element.clientWidth > 0
    return scrolls || right > innerWidth + 1 || left < -1
  }).map(name)
  if (document.documentElement.scrollWidth > innerWidth) overflows.unshift('the page')
  const broken = cell => {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    while (texts.nextNode()) {
      const node = texts.currentNode
      for (const { 0: word, index } of node.data.matchAll(/[\\p{L}\\d.,]{2,24}/gu)) {
        range.setStart(node, index)
        range.setEnd(node, index + word.length)
        if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) return true
      }
    }
    return false
  }
  return { overflows, squeezed: seen.filter(element => /^(TD|TH)$/.test(element.tagName) && broken(element)).map(name) }
})()`

const VIOLATIONS = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ' (' + nodes.length + '): ' + nodes[0].html.replace(/\\s+/g, ' ').slice(0, 160) + ': ' + (nodes[0].any[0] ?? nodes[0].all[0] ?? nodes[0].none[0])?.message))`
