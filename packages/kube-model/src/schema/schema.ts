export { BUILTIN, builtin, OBJECT_META } from "./builtin.ts";
export { typeOfCustomResource } from "./from-openapi.ts";
export { BUILTIN_KINDS, builtinKind, isBuiltinGroup, type BuiltinKind } from "./kinds.ts";
export * from "./type.ts";
export { checkObject, pathText, type SchemaProblem } from "./check.ts";
