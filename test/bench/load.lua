-- For wrk: sends the texts of a file in turn, with a number in the place of each mark.
-- arguments: file (texts divided by a zero byte), mark, first number, how many numbers there are (0: no end)
local texts, first, count, turn = {}, 0, 0, 0

local function divided(text, mark)
  local parts, from = {}, 1
  while true do
    local at, last = text:find(mark, from, true)
    parts[#parts + 1] = text:sub(from, at and at - 1)
    if not at then return parts end
    from = last + 1
  end
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for _, text in ipairs(divided(file:read("*a"), "\0")) do texts[#texts + 1] = divided(text, args[2]) end
  file:close()
  first, count = tonumber(args[3]), tonumber(args[4])
end

function request()
  local number = first + (count > 0 and turn % count or turn)
  local parts = texts[turn % #texts + 1]
  turn = turn + 1
  return table.concat(parts, string.format("%012d", number))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"us":%d,"p50":%.3f,"p99":%.3f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
