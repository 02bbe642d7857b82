/** What the bench tells each of its servers. */
export const { DATABASE_URL: databaseUrl, BENCH_WORKSPACE: workspace, BENCH_USER: user } = process.env;
export const port = Number(process.env.PORT);
export const poolSize = Number(process.env.BENCH_POOL);
