scenario { name = "s", variants = { { name = "v" } }, setup = function() return { programs = { asm "1: j 1b" } } end }
