import { attentionCnn } from './attention-cnn.ts'
import { beatRr } from './beat-rr.ts'
import { cnn1dStudent } from './cnn1d-student.ts'
import { cnn1dTeacher } from './cnn1d-teacher.ts'
import { convnext } from './convnext.ts'
import { deit } from './deit.ts'
import { ecgMcu } from './ecg-mcu.ts'
import { ecgTiny } from './ecg-tiny.ts'
import { efficientnetV2 } from './efficientnet-v2.ts'
import { gapCnn } from './gap-cnn.ts'
import { gapCnnCausal } from './gap-cnn-causal.ts'
import { inceptionCnn } from './inception-cnn.ts'
import { inceptionGap } from './inception-gap.ts'
import type { Network } from './network.ts'
import { pictureControl } from './picture-control.ts'
import { resnet1d } from './resnet1d.ts'
import { resnext1d } from './resnext1d.ts'
import { vit } from './vit.ts'
import { vitCnn } from './vit-cnn.ts'
import { vitDrawn } from './vit-drawn.ts'

/** Every network that can be trained by name. */
export const networks: readonly Network[] = [
  gapCnn,
  gapCnnCausal,
  ecgMcu,
  ecgTiny,
  inceptionGap,
  inceptionCnn,
  cnn1dTeacher,
  cnn1dStudent,
  beatRr,
  resnet1d,
  resnext1d,
  attentionCnn,
  vitCnn,
  vit,
  deit,
  efficientnetV2,
  convnext,
  vitDrawn,
  pictureControl,
]
