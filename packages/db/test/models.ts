/** Before the integration tests, and after them: their servers begin with copies of one that was initialised once. */
export { keepModels as default } from "../src/testing.ts";
