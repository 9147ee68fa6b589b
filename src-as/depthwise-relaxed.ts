import { depthwiseConv2dSteps } from "./depthwise-pairs";
import { UNSIGNED, relaxed } from "./relaxed-probe";

/** `depthwiseConv2dSteps` of four taps by the relaxed dot product; `relaxedIsExact` has to hold (conv2d-relaxed.ts). */
export function depthwiseConv2dRelaxed<Scale>(
  input: usize, inPitch: usize, inH: i32, inW: i32, channelCount: i32,
  output: usize, outPitch: usize, outH: i32, outW: i32,
  weights: usize, filterH: i32, steps: i32,
  strideH: i32, strideW: i32, dilationH: i32, padTop: i32, padLeft: i32,
  channelsUnsigned: usize, channelsSigned: usize, scratch: usize, linePixels: i32, linesAtATime: i32, batches: i32,
  inputZero: i32, shift: i32, low: i32, high: i32
): void {
  depthwiseConv2dSteps<i8, Scale>(
    input, inPitch, inH, inW, channelCount, output, outPitch, outH, outW, weights, filterH, steps,
    strideH, strideW, dilationH, padTop, padLeft, relaxed == UNSIGNED ? channelsUnsigned : channelsSigned,
    scratch, linePixels, linesAtATime, batches, inputZero, shift, low, high, relaxed == UNSIGNED ? 0x80808080 : 0
  );
}
