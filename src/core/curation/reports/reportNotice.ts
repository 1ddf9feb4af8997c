/** What a check has to say besides its findings. */
export interface ReportNotice {
  readonly code: string;
  readonly message: string;
  /** Whether something may not have been found because of it. */
  readonly isFault: boolean;
}
