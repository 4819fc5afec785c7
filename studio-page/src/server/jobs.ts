import type { JobRequest, JobState } from '../../../src/studio/api.ts'
import { attempt } from '../notices.ts'
import { say } from '../state.ts'
import { post, remove } from './request.ts'

export function startJob(request: JobRequest): void {
  attempt(async () => {
    await post<JobState>('api/jobs', request)
    say(request.kind === 'train' ? 'Training.' : 'Started.')
  })
}

export function stopJob(id: string): void {
  attempt(() => remove(`api/jobs/${id}`))
}
