const second = `unixepoch(date_time)`

/**
 * The Nexmark queries that are not SQLite's dialect, written for it: windows in time become arithmetic on unixepoch,
 * sessions gaps and islands, processing time the time of the event, the side input a VALUES list.
 */
export const nexmarkPorts: Readonly<Record<string, string>> = {
  q5: `
    WITH hops AS (
      SELECT auction, (${second} / 2 - hop.column1) * 2 AS starttime
      FROM bid, (VALUES (0), (1), (2), (3), (4)) AS hop
    ), counts AS (
      SELECT auction, starttime, count(*) AS num FROM hops GROUP BY auction, starttime
    )
    SELECT counts.auction, counts.num
    FROM counts JOIN (SELECT starttime, max(num) AS maxn FROM counts GROUP BY starttime) AS best
      ON counts.starttime = best.starttime AND counts.num >= best.maxn`,
  q6: `
    SELECT seller, avg(price) OVER (PARTITION BY seller ORDER BY date_time, id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)
    FROM (
      SELECT A.id, A.seller, B.price, B.date_time,
        row_number() OVER (PARTITION BY A.id, A.seller ORDER BY B.price DESC, B.date_time, B.rowid) AS rownum
      FROM auction AS A, bid AS B
      WHERE A.id = B.auction AND B.date_time BETWEEN A.date_time AND A.expires
    )
    WHERE rownum <= 1`,
  q7: `
    SELECT B.auction, B.price, B.bidder, B.date_time, B.extra
    FROM bid AS B JOIN (
      SELECT max(price) AS maxprice, ${second} / 10 * 10 AS starttime FROM bid GROUP BY ${second} / 10
    ) AS B1 ON B.price = B1.maxprice
    WHERE unixepoch(B.date_time) BETWEEN B1.starttime AND B1.starttime + 10`,
  q8: `
    SELECT P.id, P.name, P.starttime
    FROM (SELECT id, name, ${second} / 10 * 10 AS starttime FROM person GROUP BY id, name, starttime) AS P
    JOIN (SELECT seller, ${second} / 10 * 10 AS starttime FROM auction GROUP BY seller, starttime) AS A
      ON P.id = A.seller AND P.starttime = A.starttime`,
  q10: `
    SELECT auction, bidder, price, date_time, extra, strftime('%Y-%m-%d', date_time), strftime('%H:%M', date_time) FROM bid`,
  q11: `
    WITH marked AS (
      SELECT bidder, date_time, rowid AS id,
        ifnull(julianday(date_time) - lag(julianday(date_time)) OVER (PARTITION BY bidder ORDER BY date_time, rowid) > 10.0 / 86400, 1) AS starts
      FROM bid
    ), numbered AS (
      SELECT bidder, date_time, sum(starts) OVER (PARTITION BY bidder ORDER BY date_time, id ROWS UNBOUNDED PRECEDING) AS session
      FROM marked
    )
    SELECT bidder, count(*) AS bid_count, min(date_time) AS starttime, max(date_time) AS endtime
    FROM numbered GROUP BY bidder, session`,
  q12: `
    SELECT bidder, count(*) AS bid_count, ${second} / 10 * 10 AS starttime, ${second} / 10 * 10 + 10 AS endtime
    FROM bid GROUP BY bidder, starttime`,
  q13: `
    WITH side_input(key, value) AS (VALUES (0, 'zero'), (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'), (5, 'five'))
    SELECT B.auction, B.bidder, B.price, B.date_time, S.value
    FROM bid AS B JOIN side_input AS S ON B.auction % 6 = S.key`,
  q14: `
    SELECT auction, bidder, 0.908 * price AS price,
      CASE
        WHEN CAST(strftime('%H', date_time) AS INTEGER) BETWEEN 8 AND 18 THEN 'dayTime'
        WHEN CAST(strftime('%H', date_time) AS INTEGER) <= 6 OR CAST(strftime('%H', date_time) AS INTEGER) >= 20 THEN 'nightTime'
        ELSE 'otherTime'
      END AS bidTimeType,
      date_time, extra, length(extra) - length(replace(extra, 'c', '')) AS c_counts
    FROM bid WHERE 0.908 * price > 100 AND 0.908 * price < 50000000`,
  q15: statistics(`strftime('%Y-%m-%d', date_time) AS day`, 'day'),
  q16: statistics(
    `channel, strftime('%Y-%m-%d', date_time) AS day, max(strftime('%H:%M', date_time)) AS minute`,
    'channel, day',
  ),
  q17: `
    SELECT auction, strftime('%Y-%m-%d', date_time) AS day, count(*) AS total_bids,
      count(*) FILTER (WHERE price < 10000) AS rank1_bids,
      count(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids,
      count(*) FILTER (WHERE price >= 1000000) AS rank3_bids,
      min(price) AS min_price, max(price) AS max_price, avg(price) AS avg_price, sum(price) AS sum_price
    FROM bid GROUP BY auction, day`,
  q21: `
    SELECT auction, bidder, price, channel,
      CASE lower(channel)
        WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
        ELSE substr(url, instr(url, 'channel_id=') + 11)
      END AS channel_id
    FROM bid
    WHERE instr(url, 'channel_id=') > 0 OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')`,
  q22: `
    WITH parts AS (
      SELECT auction, bidder, price, channel, json('["' || replace(replace(url, '"', ''), '/', '","') || '"]') AS part FROM bid
    )
    SELECT auction, bidder, price, channel, part ->> 3 AS dir1, part ->> 4 AS dir2, part ->> 5 AS dir3 FROM parts`,
}

function statistics(columns: string, group: string): string {
  const ranks = ['', 'price < 10000', 'price >= 10000 AND price < 1000000', 'price >= 1000000']
  const counts = ['*', 'DISTINCT bidder', 'DISTINCT auction'].flatMap((what) =>
    ranks.map((rank) => `count(${what})${rank === '' ? '' : ` FILTER (WHERE ${rank})`}`),
  )
  return `SELECT ${columns}, ${counts.join(', ')} FROM bid GROUP BY ${group}`
}
