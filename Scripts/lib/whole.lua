-- wrk -s whole.lua URL FOLDER: asks what lies in FOLDER and takes only the answers that lie there.
-- FOLDER/requests holds whole requests, FOLDER/answers the tag and the body of every answer that is right; each behind its length.
local threads = {}

function setup(thread) table.insert(threads, thread) end

local function parts(path)
  local file = assert(io.open(path, 'rb'))
  local found = {}
  for length in function() return file:read('*n') end do
    file:read(1)
    table.insert(found, file:read(length))
  end
  file:close()
  return found
end

function init(args)
  requests, right, turn, wrong, answers, first = parts(args[1] .. '/requests'), {}, 0, 0, 0, ''
  for _, answer in ipairs(parts(args[1] .. '/answers')) do right[answer] = true end
end

function request()
  turn = turn + 1
  return requests[turn % #requests + 1]
end

function response(status, headers, body)
  answers = answers + 1
  if status ~= 200 or not right[(headers['ETag'] or '') .. '\n' .. body] then
    wrong = wrong + 1
    if first == '' then first = status .. ' ' .. body:sub(1, 200) end
  end
end

function done(summary)
  local total, bad, example = 0, 0, ''
  for _, thread in ipairs(threads) do
    total, bad = total + thread:get('answers'), bad + thread:get('wrong')
    if thread:get('first') ~= '' then example = thread:get('first') end
  end
  local e = summary.errors
  print(string.format('whole %d %d %d %s', total, bad, e.connect + e.read + e.write + e.timeout, example))
end
