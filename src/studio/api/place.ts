/** Where a picture lies: a category's name, or one of these two, which no category can be called. */
export type Place = string

export type UnlabeledPlace = '.unlabeled'

export type TrashPlace = '.trash'
