/** @type {import("jest").Config} */
export default {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  testEnvironment: "<rootDir>/tests/support/native-environment.js",
  testRunner: "<rootDir>/tests/support/native-runner.js",
  globalSetup: "<rootDir>/tests/support/global-setup.js",
  globalTeardown: "<rootDir>/tests/support/global-teardown.js",
  transform: {},
  testTimeout: 30_000,
  // A file keeps one core busy and the database hardly any; more than two at once would wait for each other.
  maxWorkers: 2,
  // One process for all files grows until its pauses spoil what the tests measure: a new one is begun beyond this.
  workerIdleMemoryLimit: "800MB",
};
