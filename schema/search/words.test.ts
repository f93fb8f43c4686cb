import { expect, test } from 'vitest'
import { indexedWords } from './words.ts'

test.each([
  ['C++ is old; C# and F# (see .NET).', 'c is old c and f see net ++ c++ # c# f# .net'],
  ['rm -rf /tmp/x', 'rm rf tmp x - -rf / /tmp tmp/x'],
  ['getHTTPServer and snake_case', 'gethttpserver and snake case get http server _ snake_case'],
  ['Data.List 1.2.3', 'data list 1 2 3 data.list 1.2 2.3'],
  ['a->b => x != y :)', 'a b x y -> a->b => != :)'],
  ['it’s 50%!', 'it s 50 % 50%'],
  ['我用React写git2代码', '我用 用 react 写 git2 代码 码'],
  ['ｻｰﾊﾞｰ', 'サー ーバ バー ー'],
  ['ที่นี่', 'ที่นี่ นี่'],
  ['👍🏽 👨‍👩‍👧❤️🇩🇪', '👍🏽 👨‍👩‍👧 ❤ 🇩🇪'],
  ['@**Ann Vale** see #12', 'ann vale see 12 @** @**ann ** vale** # #12'],
  ['', ''],
])('%j has the words %j', (text, words) => expect(indexedWords({ text, author: null }).trim()).toBe(words))
