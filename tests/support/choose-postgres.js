// Jest numbers its processes from 1; with a single one it runs the files itself.
process.env.TEST_POSTGRES_URL = process.env[`TEST_POSTGRES_URL_${process.env.JEST_WORKER_ID ?? 1}`];
