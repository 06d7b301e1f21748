// Checks what a LedgerStore serves with Go's own transparency-log packages (golang.org/x/mod/sumdb): receipts, and a
// ledger's tiles with its entries. Reads cases as JSON from stdin, writes a result to stdout. Each case says whether
// Go must accept it. Runs once, from the test that starts it.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type receiptCase struct {
	Receipt []byte
	Vkey    string
	Entry   []byte
	Ok      bool
}

type tile struct {
	L    int
	N    int64
	W    int
	Data []byte
}

type tilesCase struct {
	Checkpoint []byte
	Vkey       string
	Tiles      []tile
	Entries    [][]byte
	Ok         bool
}

type cases struct {
	Receipts []receiptCase
	Ledgers  []tilesCase
}

type result struct {
	Checked    int
	Mismatches []string
}

// served gives tiles as a server does that may be an enemy.
type served map[tlog.Tile][]byte

func (s served) Height() int { return 8 }

func (s served) SaveTiles([]tlog.Tile, [][]byte) {}

func (s served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, t := range tiles {
		if data[i] = s[t]; data[i] == nil {
			return nil, fmt.Errorf("no tile %v", t)
		}
	}
	return data, nil
}

func main() {
	var in cases
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fail(err)
	}
	var out result
	for i, c := range in.Receipts {
		out.compare(fmt.Sprintf("receipt %d", i), c.Ok, checkReceipt(c))
	}
	for i, c := range in.Ledgers {
		out.compare(fmt.Sprintf("ledger %d", i), c.Ok, checkLedger(c))
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		fail(err)
	}
}

func checkReceipt(c receiptCase) error {
	head, checkpoint, found := strings.Cut(string(c.Receipt), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("not a receipt")
	}
	index, err := strconv.ParseInt(lines[1][len("index "):], 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := open([]byte(checkpoint), c.Vkey)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(c.Entry))
}

func checkLedger(c tilesCase) error {
	tree, err := open(c.Checkpoint, c.Vkey)
	if err != nil {
		return err
	}
	if tree.N != int64(len(c.Entries)) {
		return fmt.Errorf("%d entries of a tree of %d", len(c.Entries), tree.N)
	}
	tiles := make(served)
	for _, t := range c.Tiles {
		tiles[tlog.Tile{H: 8, L: t.L, N: t.N, W: t.W}] = t.Data
	}
	indexes := make([]int64, len(c.Entries))
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, int64(i))
	}
	leaves, err := tlog.TileHashReader(tree, tiles).ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, entry := range c.Entries {
		if leaves[i] != tlog.RecordHash(entry) {
			return fmt.Errorf("entry %d is another one", i)
		}
	}
	return nil
}

// open verifies a checkpoint and reads its tree.
func open(checkpoint []byte, vkey string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(checkpoint, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tree, fmt.Errorf("a checkpoint of %q", lines[0])
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, errors.New("not a root")
	}
	copy(tree.Hash[:], root)
	return tree, nil
}

func (r *result) compare(name string, ok bool, err error) {
	r.Checked++
	if ok != (err == nil) {
		r.Mismatches = append(r.Mismatches, fmt.Sprintf("%s: expected ok=%v, Go says %v", name, ok, err))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
