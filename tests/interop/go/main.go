// Checks LedgerStore's notes and proofs with Go's own transparency-log packages (golang.org/x/mod/sumdb), and makes
// notes and proofs with them for LedgerStore to check. Reads cases as JSON from stdin, writes a result to stdout.
// Each case says whether Go must accept it. Runs once, from the test that starts it.
package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type noteCase struct {
	Note  []byte
	Vkeys []string
	Text  []byte
	Tree  bool // the text is also a tree description that tlog reads
	Size  int64
	Root  []byte
	Ok    bool
}

type recordCase struct {
	Proof [][]byte
	Size  int64
	Root  []byte
	Index int64
	Leaf  []byte
	Ok    bool
}

type treeCase struct {
	Proof   [][]byte
	Size    int64
	Root    []byte
	OldSize int64
	OldRoot []byte
	Ok      bool
}

type cases struct {
	Entries [][]byte
	Notes   []noteCase
	Records []recordCase
	Trees   []treeCase
}

type result struct {
	Checked    int
	Mismatches []string
	Skey       string
	Vkey       string
	Note       []byte
	Root       []byte
	Records    [][][]byte // for each index: the proof in the tree of all entries
	Trees      [][][]byte // for each size from 1: the proof to the tree of all entries
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = m[index]
	}
	return hashes, nil
}

func main() {
	var in cases
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fail(err)
	}
	var out result
	for i, c := range in.Notes {
		out.compare(fmt.Sprintf("note %d", i), c.Ok, checkNote(c))
	}
	for i, c := range in.Records {
		err := tlog.CheckRecord(hashes(c.Proof), c.Size, hash(c.Root), c.Index, hash(c.Leaf))
		out.compare(fmt.Sprintf("record %d", i), c.Ok, err)
	}
	for i, c := range in.Trees {
		err := tlog.CheckTree(hashes(c.Proof), c.Size, hash(c.Root), c.OldSize, hash(c.OldRoot))
		out.compare(fmt.Sprintf("tree %d", i), c.Ok, err)
	}
	if err := out.make(in.Entries); err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		fail(err)
	}
}

func checkNote(c noteCase) error {
	var known []note.Verifier
	for _, vkey := range c.Vkeys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return err
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(c.Note, note.VerifierList(known...))
	if err != nil {
		return err
	}
	if opened.Text != string(c.Text) || len(opened.Sigs) != len(c.Vkeys) {
		return fmt.Errorf("opened another text, or %d signatures", len(opened.Sigs))
	}
	if c.Tree {
		tree, err := tlog.ParseTree([]byte(opened.Text))
		if err != nil {
			return err
		}
		if tree.N != c.Size || tree.Hash != hash(c.Root) {
			return fmt.Errorf("another tree: %v", tree)
		}
	}
	return nil
}

// make signs a note and builds proofs with Go's packages, for the other side to check.
func (r *result) make(entries [][]byte) error {
	var stored memory
	for i, entry := range entries {
		added, err := tlog.StoredHashes(int64(i), entry, stored)
		if err != nil {
			return err
		}
		stored = append(stored, added...)
	}
	size := int64(len(entries))
	root, err := tlog.TreeHash(size, stored)
	if err != nil {
		return err
	}
	r.Root = root[:]
	for i := int64(0); i < size; i++ {
		record, err := tlog.ProveRecord(size, i, stored)
		if err != nil {
			return err
		}
		tree, err := tlog.ProveTree(size, i+1, stored)
		if err != nil {
			return err
		}
		r.Records = append(r.Records, bytes(record))
		r.Trees = append(r.Trees, bytes(tree))
	}
	r.Skey, r.Vkey, err = note.GenerateKey(rand.Reader, "go.example/log")
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(r.Skey)
	if err != nil {
		return err
	}
	r.Note, err = note.Sign(&note.Note{Text: string(tlog.FormatTree(tlog.Tree{N: size, Hash: root}))}, signer)
	return err
}

func (r *result) compare(name string, ok bool, err error) {
	r.Checked++
	if ok != (err == nil) {
		r.Mismatches = append(r.Mismatches, fmt.Sprintf("%s: expected ok=%v, Go says %v", name, ok, err))
	}
}

func hash(b []byte) (h tlog.Hash) {
	copy(h[:], b)
	return h
}

func hashes(b [][]byte) []tlog.Hash {
	list := make([]tlog.Hash, len(b))
	for i := range b {
		list[i] = hash(b[i])
	}
	return list
}

func bytes(list []tlog.Hash) [][]byte {
	b := make([][]byte, len(list))
	for i := range list {
		b[i] = append([]byte{}, list[i][:]...)
	}
	return b
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
