// What a host calls: frames go in, events come out. Objects are made by `begin` only; MONITOR_END, where their memory ends, is a global of the
// program.

import { Events } from "./monitor-events";
import { Monitor } from "./monitor-heart";
import { FRAMES, LEADS, tabled } from "./monitor-table";

let events: Events = changetype<Events>(0);
let monitor: Monitor = changetype<Monitor>(0);

/** Begins a recording; events are listed from `list` on. */
export function begin(list: usize): void {
  heap.reset();
  memory.fill(__heap_base, 0, MONITOR_END - __heap_base);
  events = new Events(list);
  events.clear();
  monitor = new Monitor(events);
}

/** Returns where the memory that `begin` has taken ends. */
export function takenMemory(): usize {
  return heap.alloc(0);
}

/** Takes the frames from `frames` on, and leaves what they brought in the list of events. */
export function takeFrames(frames: usize): void {
  events.clear();
  const bytes = <usize>tabled(LEADS) << 2;
  for (let i = <usize>tabled(FRAMES); i > 0; i--, frames += bytes) monitor.next(frames);
}
