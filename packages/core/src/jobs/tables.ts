export type JobTables = {
  job: {
    id: string;
    name: string;
    /** At most one unfinished job per key. */
    key: string | null;
    data: string;
    run_at: string;
    attempts: number;
    leased_until: string | null;
    lease: string | null;
    last_error: string | null;
    state: 'waiting' | 'failed';
    created_at: string;
  };
};
