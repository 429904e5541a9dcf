export { type GroupReader, groupReaders, type PoolRow, poolsOf } from "./store-readers.js";
