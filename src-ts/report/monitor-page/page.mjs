// The page of holter monitor: shows what the server sends, and asks for nothing else.

const MM = 96 / 25.4
const PX_PER_S = 25 * MM
const PX_PER_MV = 10 * MM
const ROW_MM = 30
/** The strip shows the signal so late that it moves evenly. */
const DELAY_S = 0.4
const KEPT_S = 40
const LOG_LINES = 12

const at = id => document.getElementById(id)
const state = {
  leads: [],
  rateHz: 1,
  samples: [],
  first: 0,
  beats: [],
  trend: [],
  end: 0,
  ended: false,
  shown: 0,
  arrived: 0,
}

const source = new EventSource('events')
source.addEventListener('open', () => {
  at('connection').textContent = 'connected'
})
source.addEventListener('error', () => {
  if (!state.ended) at('connection').textContent = 'connection lost, trying again'
})
source.addEventListener('start', event => {
  const { name, leads, rateHz, trend, log } = JSON.parse(event.data)
  Object.assign(state, { leads, rateHz, trend, samples: leads.map(() => []), first: 0, beats: [], shown: 0 })
  at('name').textContent = name
  document.title = `${name}: Holter monitor`
  at('log').replaceChildren()
  for (const entry of log) addLog(entry)
})
source.addEventListener('slice', event => {
  const { first, signals, beats, status, trend, log } = JSON.parse(event.data)
  addSamples(first, signals)
  for (const beat of beats) {
    state.beats = state.beats.filter(
      ({ seconds }) => Math.abs(seconds - beat.seconds) > 0.001 && seconds > status.seconds - KEPT_S,
    )
    state.beats.push(beat)
  }
  state.trend.push(...trend)
  for (const entry of log) addLog(entry)
  show(status)
  state.end = status.seconds
  state.arrived = performance.now()
})
source.addEventListener('end', () => {
  state.ended = true
  source.close()
  at('connection').textContent = 'the recording has ended'
})

/** Keeps samples by their number; a jump leaves a hole. */
function addSamples(first, signals) {
  const count = signals[0]?.length ?? 0
  if (count === 0) return
  const next = state.first + (state.samples[0]?.length ?? 0)
  if (first !== next) {
    const lost = first - next
    if (lost > 0 && lost < KEPT_S * state.rateHz && state.samples[0].length > 0)
      for (const lead of state.samples) for (let i = 0; i < lost; i++) lead.push(null)
    else {
      state.samples = state.leads.map(() => [])
      state.first = first
    }
  }
  for (const [lead, values] of signals.entries()) state.samples[lead].push(...values)
  const extra = state.samples[0].length - KEPT_S * state.rateHz
  if (extra > 0) {
    for (const lead of state.samples) lead.splice(0, extra)
    state.first += extra
  }
}

function show({ seconds, rate, rhythm, verdicts, alarms, findings }) {
  at('rate').textContent = rate ?? '–'
  at('rhythm').textContent = rhythm
  at('clock').textContent = clock(seconds)
  at('findings').textContent = findings ? `12 leads: ${findings.join(', ') || 'nothing found'}` : ''
  fill(at('alarms'), alarms, ({ title, priority, since, holds, acknowledged }) => ({
    text: `${title}, ${priority}, since ${clock(since)}${holds ? '' : ', over'}${acknowledged ? ', acknowledged' : ''}`,
    name: `${priority} ${holds ? '' : 'over'}`,
  }))
  fill(at('quality'), state.leads, (lead, i) => ({
    text: `${lead}: ${verdicts[i] ?? '–'}`,
    name: verdicts[i] === 'good' ? '' : 'medium',
  }))
}

/** Changes only what differs, so that a screen reader hears news alone. */
function fill(list, entries, describe) {
  while (list.children.length > entries.length) list.lastChild.remove()
  for (const [i, entry] of entries.entries()) {
    const { text, name } = describe(entry, i)
    const item = list.children[i] ?? list.appendChild(document.createElement('li'))
    if (item.textContent !== text) item.textContent = text
    item.className = name
  }
}

function addLog({ time, text, priority }) {
  const item = document.createElement('li')
  item.textContent = `${clock(time)}  ${text}`
  item.className = priority
  at('log').prepend(item)
  while (at('log').children.length > LOG_LINES) at('log').lastChild.remove()
}

at('acknowledge').addEventListener('click', () =>
  fetch('acknowledge', { method: 'POST', headers: { 'x-holter': 'acknowledge' } }),
)

function clock(seconds) {
  const two = value => String(Math.floor(value) % 60).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(seconds / 60)}:${two(seconds)}`
}

/** Returns a canvas' pen, in CSS pixels whatever the screen's density. */
function pen(canvas, height) {
  const width = canvas.clientWidth
  const scale = window.devicePixelRatio || 1
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    if (canvas.id === 'strip') canvas.style.height = `${height}px`
  }
  const context = canvas.getContext('2d')
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.clearRect(0, 0, width, height)
  return { context, width, height }
}

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

function grid(context, width, height, stepMm, name, from = 0) {
  context.strokeStyle = colour(name)
  context.lineWidth = stepMm > 1 ? 0.8 : 0.4
  context.beginPath()
  const step = stepMm * MM
  for (let x = -(from % step); x <= width; x += step) {
    context.moveTo(x, 0)
    context.lineTo(x, height)
  }
  for (let y = 0; y <= height; y += step) {
    context.moveTo(0, y)
    context.lineTo(width, y)
  }
  context.stroke()
}

function drawStrip() {
  const rows = Math.max(1, state.samples.length)
  const { context, width, height } = pen(at('strip'), rows * ROW_MM * MM)
  // The newest moment stands at the right edge; between two slices time goes on by the clock.
  const now = state.ended
    ? state.end
    : Math.min(state.end, Math.max(state.shown, state.end - DELAY_S + (performance.now() - state.arrived) / 1000))
  state.shown = now
  const left = now - width / PX_PER_S
  grid(context, width, height, 1, '--fine', left * PX_PER_S)
  grid(context, width, height, 5, '--thick', left * PX_PER_S)
  context.strokeStyle = context.fillStyle = colour('--ink')
  context.lineWidth = 1.2
  context.font = '12px system-ui, sans-serif'
  for (const [row, samples] of state.samples.entries()) {
    const zero = (row + 0.55) * ROW_MM * MM
    const from = Math.max(0, Math.floor(left * state.rateHz) - state.first)
    const known = samples
      .slice(from)
      .filter(value => value !== null)
      .sort((a, b) => a - b)
    const middle = known[known.length >> 1] ?? 0
    context.beginPath()
    let down = false
    for (let i = from; i < samples.length; i++) {
      const x = ((state.first + i) / state.rateHz - left) * PX_PER_S
      if (x > width) break
      if (samples[i] === null) {
        down = false
        continue
      }
      const y = zero - ((samples[i] - middle) / 1000) * PX_PER_MV
      if (down) context.lineTo(x, y)
      else context.moveTo(x, y)
      down = true
    }
    context.stroke()
    context.fillText(state.leads[row], 6, row * ROW_MM * MM + 14)
  }
  for (const { seconds, label, provisional } of state.beats) {
    const x = (seconds - left) * PX_PER_S
    if (x < 30 || x > width) continue
    context.fillStyle = colour(label === 'V' || label === 'F' ? '--high' : label === 'S' ? '--medium' : '--ink')
    context.fillText(provisional ? label.toLowerCase() : label, x - 4, 14)
  }
}

function drawTrend() {
  const { context, width, height } = pen(at('trend'), 140)
  const known = state.trend.filter(([, rate]) => rate !== null)
  if (known.length === 0) return
  const most = 20 * Math.ceil(Math.max(120, ...known.map(([, rate]) => rate)) / 20)
  const [first, last] = [state.trend[0][0], Math.max(state.trend.at(-1)[0], state.trend[0][0] + 60)]
  const x = seconds => 34 + ((width - 40) * (seconds - first)) / (last - first)
  const y = rate => height - 8 - ((height - 16) * rate) / most
  context.font = '11px system-ui, sans-serif'
  context.strokeStyle = colour('--thick')
  context.fillStyle = colour('--muted')
  for (let rate = 0; rate <= most; rate += 40) {
    context.beginPath()
    context.moveTo(34, y(rate))
    context.lineTo(width, y(rate))
    context.stroke()
    context.fillText(String(rate), 6, y(rate) + 4)
  }
  context.strokeStyle = colour('--ink')
  context.lineWidth = 1.5
  context.beginPath()
  let down = false
  for (const [seconds, rate] of state.trend) {
    if (rate === null) down = false
    else if (down) context.lineTo(x(seconds), y(rate))
    else context.moveTo(x(seconds), y(rate))
    if (rate !== null) down = true
  }
  context.stroke()
}

function draw() {
  drawStrip()
  drawTrend()
  requestAnimationFrame(draw)
}
requestAnimationFrame(draw)
