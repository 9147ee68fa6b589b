import * as assert from 'uvu/assert'

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

const VOID = ['meta', 'br', 'hr', 'img', 'link', 'input']
const TAG = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y

/** Returns all elements of a page in document order; fails where a tag is broken, unclosed or closed out of turn. */
export function elementsOf(page: string): Element[] {
  const text = page.replace(/^<!DOCTYPE html>/, '').replace(/(<style>)[^<]*(<\/style>)/g, '$1$2')
  const open: string[] = []
  const found: Element[] = []
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', TAG.lastIndex)) {
    TAG.lastIndex = at
    const tag = TAG.exec(text)
    if (!tag) throw new Error(`broken tag: ${text.slice(at, at + 80)}`)
    const [, closing, name, attributes, selfClosing] = tag
    if (closing) assert.is(open.pop(), name, `closed out of turn: ${text.slice(Math.max(0, at - 200), at + 20)}`)
    else {
      found.push({
        name,
        attributes: Object.fromEntries([...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, k, v]) => [k, v])),
      })
      if (!selfClosing && !VOID.includes(name)) open.push(name)
    }
  }
  assert.equal(open, [], 'unclosed')
  return found
}

/** Returns the text of a page as a reader sees it, a bar where a tag stood. */
export function textOf(page: string): string {
  return page
    .replace(/<style>[^<]*<\/style>/g, '')
    .replace(/(<[^>]*>\s*)+/g, '|')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replace(
      /&(lt|gt|amp|quot|nbsp);/g,
      (_, name) => ({ lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ' })[name as string]!,
    )
}
