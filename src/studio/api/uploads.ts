// PUT api/upload?name=&category=&batch=, POST api/batch/:id/end

/** The body is the file's bytes. `category` left out: unlabeled. `batch`: 1 to 40 of a-z, 0-9 and -; one undo takes all back. */
export interface UploadQuery {
  readonly name: string
  readonly category?: string
  readonly batch: string
}

/** 201; 200 with `duplicateOf` when the very same bytes are there already: then nothing was added. */
export interface UploadAnswer {
  readonly id: number
  readonly name: string
  readonly duplicateOf?: number
}

export interface BatchEnd {
  readonly entry: string | null
  readonly revision: number
  readonly added: number
}
