/**
 * What the studio's page and its server say to each other, as JSON under `/<token>/`. Addresses are relative, so that the
 * page never has to know its token. Types alone: the page takes them as they are.
 *
 * Pictures have whole numbers as ids. Within one `boot` an id means one content at one place or moved from there by studio:
 * a file that was changed from outside gets another id, so what is fetched by id (with `?boot=` in the address) may be kept
 * by the browser for ever.
 *
 * Pictures themselves:
 * `thumb/:id?side=160|320&boot=` a JPEG, longer side at most that, upright; `thumb/:sha256?side=` the same by content; 404
 * with an ApiError for one that can't be read. `picture/:id?boot=` the original, or a JPEG where browsers can't show it.
 * `explain/:id/:category.png?boot=` the heat map over the picture, of its whole size or smaller; `POST api/explain/:category`
 * with a JPEG as body does the same for a frame of the camera. `report` the last training's report.html.
 */
export type { ApiError } from './api/error.ts'
export type { Changes, StudioEvents } from './api/events.ts'
export type { Findings, StudioFinding } from './api/findings.ts'
export type {
  ChooseOutcome,
  ExamineOutcome,
  ExportKind,
  ExportOutcome,
  JobRequest,
  JobState,
  SortOutcome,
  TrainOutcome,
} from './api/jobs.ts'
export type { Flag, PictureColumns, PicturesQuery, Sort, View } from './api/listing.ts'
export type { ModelNetworks, ModelState } from './api/model.ts'
export type {
  Chosen,
  Conflict,
  JournalList,
  OpAnswer,
  OpRequest,
  SampleRequest,
  UndoRequest,
} from './api/operations.ts'
export type { PhoneDoor } from './api/phone.ts'
export type {
  GuessAnswer,
  NamedGuess,
  NamesAnswer,
  NamesRequest,
  NearPicture,
  PictureDetail,
  PictureRef,
  RevealRequest,
} from './api/picture.ts'
export type { Place, TrashPlace, UnlabeledPlace } from './api/place.ts'
export type { Results } from './api/results.ts'
export type { Settings } from './api/settings.ts'
export type { CategoryState, EngineState, EntryTitle, KeptPart, StudioState } from './api/state.ts'
export type { Groups, NextPictures, PictureGroup } from './api/suggestions.ts'
export type { BatchEnd, UploadAnswer, UploadQuery } from './api/uploads.ts'
