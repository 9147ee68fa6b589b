import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { html, raw } from '../../src-ts/report/html.ts'

const test = suite('report/html')

test('escapes values in text and attributes, not markup', () => {
  const name = `<a href="x">&'`
  assert.is(
    html`<b title="${name}">${name}</b>`.html,
    '<b title="&#60;a href=&#34;x&#34;&#62;&#38;&#39;">&#60;a href=&#34;x&#34;&#62;&#38;&#39;</b>',
  )
  assert.is(html`<p>${html`<i>${'<'}</i>`}${raw('<br>')}</p>`.html, '<p><i>&#60;</i><br></p>')
})

test('joins lists and leaves out what is not there', () => {
  assert.is(html`${[1, '&', html`<i></i>`]}${undefined}${false}${0}`.html, '1&#38;<i></i>0')
})

test.run()
