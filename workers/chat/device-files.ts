/** Files on this device, as a tab reaches them: the same store as the sync client's. */
export { fileChannel, type FileNews } from '../service/files/file-line.ts'
export { openFileStore, type FileKey, type FileOfMessage, type FileStore } from '../service/files/file-store.ts'
