import { connectChat } from '../workers/chat/chat-client.ts'

/** This tab's end of the stack below. Made by importing this: the workers start before React is even loaded (start.ts). */
export const client = connectChat()
