// Package hccntool reads what Huawei's hccn_tool prints: the network of the chips. npusmi.Runner runs it, as it runs npu-smi.
//
// The tool speaks two dialects. On 910, 910B and A3 a chip has one RoCE port, and a query is `hccn_tool -i PHY_ID -ITEM -g`. On 950
// a chip has several ports, of UB or Ethernet, and a query is `hccn_tool -g -ITEM -i LOGIC_ID -u UDIE -p PORT`; the parsers for
// it are named Port, but for ParseLink and ParseNetHealth, which read both. 950 draws tables, which are read by the words
// of their headings.
//
// Each query has a file of its own, with a struct that says what the query tells and a pure parser: text in, reading and
// warnings out. A parser reads standard output alone. It fails where there is nothing of its query in it: then Explain says why.
//
// A parser gives what the tool printed. What of it can be believed is decided where readings are joined.
package hccntool
