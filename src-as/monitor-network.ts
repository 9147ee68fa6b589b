// Gives beats their class. Twin of src-ts/monitor/beat-network.ts; the network is another part of the program.

import { IntegerBeatStream } from "./monitor-beat";
import { LABELS, MAP, MAPS, STEP, tabled } from "./monitor-table";

const ONE_BITS: i64 = 24;

export class BeatNetwork {
  label: i32 = 0;
  /** By how much the label leads, in thousandths of a logit. */
  certainty: i64 = 0;

  /** Sets `label` and `certainty` of the beat that was described last; `post` is the interval behind it. */
  classify(beat: IntegerBeatStream, post: i64): void {
    beat.list(post);
    for (let i = 0; i < beat.channels.length; i++) store<i8>(BEAT_INPUT + i, mapped(beat.channels[i], MAPS));
    for (let i = 0; i < beat.features.length; i++)
      store<i8>(BEAT_NUMBERS + i, mapped(beat.features[i], MAPS + MAP * (i + 1)));
    runNetwork();
    const labels = <i32>tabled(LABELS);
    let best = 0;
    for (let i = 1; i < labels; i++) if (output(i) > output(best)) best = i;
    let second = i64.MIN_VALUE;
    for (let i = 0; i < labels; i++) if (i != best) second = max(second, output(i));
    this.label = best;
    this.certainty = (output(best) - second) * tabled(STEP);
  }
}

function output(i: i32): i64 {
  return load<i8>(BEAT_OUTPUT + i);
}

/** The int8 of a number: twin of mapInteger in src-ts/monitor/integer-input.ts. */
function mapped(value: i64, map: i32): i8 {
  const q = (value * tabled(map) + tabled(map + 1)) >> ONE_BITS;
  return <i8>max(tabled(map + 2), min(tabled(map + 3), q));
}
