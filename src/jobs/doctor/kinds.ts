import type { FindingKind } from './findings.ts'

/** What each kind of finding is called above its list. */
export const KIND_TITLES: Readonly<Record<FindingKind, string>> = {
  spoilt: 'first of all',
  category: 'categories',
  label: 'doubtful labels, the most doubtful first',
  conflict: 'the same file in several categories',
  'near-conflict': 'look-alikes in several categories',
  unclear: 'unclear labels',
  outlier: 'like no other',
  tiny: 'tiny',
  'odd-shaped': 'oddly shaped',
  dark: 'dark',
  blank: 'of one colour',
  blurred: 'blurred',
  copy: 'copies',
  'near-copy': 'look-alikes that are used to train and to test',
  skipped: 'skipped',
}

/** Why it is worth looking at: a sentence. */
export const KIND_REASONS: Readonly<Record<FindingKind, string>> = {
  spoilt: 'Most of the set is like this, so that nothing else found here means much yet.',
  category: 'What a category has too little of, or shares with another, no setting makes up for.',
  label:
    'Classifiers that never saw these pictures put them elsewhere. Is each in the right folder? Putting that right is the cheapest way to a better classifier.',
  conflict: 'One file cannot be two things: whichever it is, the other folder teaches the opposite.',
  'near-conflict': 'Pictures that are all but the same teach the opposite of each other from two folders.',
  unclear: 'More speaks against the folder than for it, though not much.',
  outlier: 'Often a picture of something else, or the only one of its kind.',
  tiny: 'There is little to see in so few pixels.',
  'odd-shaped': 'They are squeezed into a square, and look like nothing else then.',
  dark: 'What cannot be seen is not learnt.',
  blank: 'There is nothing to be seen in them.',
  blurred: 'What tells categories apart is often in the details.',
  copy: 'A copy teaches nothing new.',
  'near-copy': 'What was seen in training is no test: the accuracy flatters.',
  skipped: 'These files took no part.',
}

/** Said where doubtful labels are more than wrong folders explain. */
export const DOUBTS_EXPLAINED =
  'more than wrong folders explain: most are of categories that look too much alike, or have too few pictures'
