/**
 * Holter as a library: what the commands do, for a program.
 *
 * Every run takes an input and, if you like, a `Context` that shows its progress and can stop it; it prints nothing, sets no exit code,
 * and returns data. What a user can cause or repair is a `HolterError`, whose message is one sentence. Heavy parts (TensorFlow.js,
 * AssemblyScript, binaryen, the charts) are loaded by the first run that needs them.
 */

// From a model's file: compile it, prove it, run it, look at it.
export type { Written } from './codegen/artefacts.ts'
export type { Build } from './codegen/build.ts'
export type { Manifest } from './codegen/manifest.ts'
export type { Engine, Form, RunnableModel, Session, Times } from './engines/engine.ts'
export { engines } from './engines/index.ts'
// Models and the engines that run them.
export { type CompiledModel, loadModel, runnable } from './engines/model.ts'
export { withSession } from './engines/session.ts'
export { HolterError, type Problem, type Stage } from './errors.ts'
export type { IntGraph, IntTensor } from './ir/graph.ts'
export type { Metadata } from './ir/metadata.ts'
// What there is to choose from, and what goes wrong.
export { networks } from './networks/index.ts'
export { type Npy, readNpy, writeNpy } from './npy.ts'
export { type Flavour, flavourNames } from './ops/flavour.ts'
export { type BenchInput, type BenchRow, bench } from './runs/bench.ts'
// Data.
export { type CheckDataInput, type CheckedData, checkData } from './runs/check-data.ts'
export { type CompileInput, compile } from './runs/compile.ts'
export { type DistillInput, distill } from './runs/distill.ts'
export { type Evaluated, type EvaluateInput, evaluate, evaluationFigures } from './runs/evaluate.ts'
export { evaluationPage } from './runs/evaluation-page.ts'
export { type FetchDataInput, type FetchedData, fetchData } from './runs/fetch-data.ts'
export { type Imported, type ImportInput, importModel } from './runs/import.ts'
export { type Inspected, type InspectInput, inspect, inspectionFigures } from './runs/inspect.ts'
export { listData } from './runs/list-data.ts'
export { type PlotInput, type Plotted, plot } from './runs/plot.ts'
export { type Answer, type Predicted, type PredictInput, predict } from './runs/predict.ts'
export { type PruneInput, prune } from './runs/prune.ts'
export { type QuantizeInput, quantize } from './runs/quantize.ts'
export { type QuantizeFileInput, type QuantizeFolderInput, quantizeFile, quantizeFolder } from './runs/quantize-file.ts'
export { type RunInput, type RunResult, run } from './runs/run.ts'
// From records to a model, and how good it is.
export { type TrainResult, train } from './runs/train.ts'
export type { TrainingInput } from './runs/training-input.ts'
export { type VerifyInput, verify, verifyLayers } from './runs/verify.ts'
export { tasks } from './tasks/index.ts'
export { readTflite, writeTflite } from './tflite/index.ts'
export { version } from './version.ts'
export type { Context, Watch } from './watch.ts'
