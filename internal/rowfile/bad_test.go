package rowfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// badInput is a row of the table of bad inputs: the files, and what must be said about them.
type badInput struct {
	name   string
	scores []byte
	labels []byte // nil for none
	ext    string // of the scores' file; .npy if empty
	opt    Options
	err    string // what Error prints, behind the path
	hint   string // a part of the hint
	why    string
}

const plainHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': "

func badInputs() []badInput {
	good, two := scores32(2, 3), labels64(0, 1)
	dims := "(" + strings.Repeat("1,", 33) + ")"
	text := func(rest string) []byte { return npyText(plainHeader+rest, f4(ramp(6)...)) }
	typed := func(descr string) []byte { return npy(descr, []int64{2, 3}, false, make([]byte, 6*16)) }
	csv := func(s string) []byte { return []byte(s) }
	zipped := npzOf(zip.Deflate, named2{"logits.npy", good}, named2{"labels.npy", two})
	return []badInput{
		{"01_empty", []byte{}, nil, "", Options{}, ": 0 bytes, want an array", "did not finish", "a crashed export leaves an empty file"},
		{"02_git_lfs", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"), nil, "", Options{},
			": a Git LFS pointer, oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393, want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl", "git lfs pull", "a clone without LFS"},
		{"03_html", []byte("\n<!DOCTYPE html><html><title>404</title>"), nil, "", Options{}, ": looks like HTML: a page, perhaps an error page saved under this name, want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl", "download the file again", "curl without -f"},
		{"04_cut_by_3", good[:len(good)-3], nil, "", Options{}, ": at byte 149: file ends with 21 bytes of data, want 24 for shape [2, 3] of float32", "--allow-truncated", "a copy that broke off"},
		{"04_no_whole_row", good[:len(good)-13], nil, "", Options{AllowTruncated: true}, ": at byte 139: file ends with 11 bytes of data, want 24 for shape [2, 3] of float32, of which no row is whole", "copy it again", "nothing left to use"},
		{"05_trailing", append(bytes.Clone(good), "PK\x03\x04"...), nil, "", Options{}, ": at byte 152: 4 bytes follow the array, which ends here, want none", "--ignore-trailing", "two files in one show different things to different readers"},
		{"06_header_beyond_file", []byte(npyMagic + "\x01\x00\xff\x00{}"), nil, "", Options{}, ": at byte 8: header length is 255, want at most the 2 bytes left in the file", "cut short", ""},
		{"06_header_64k", append([]byte(npyMagic+"\x02\x00\x70\x11\x01\x00"), make([]byte, 70000)...), nil, "", Options{}, ": at byte 8: header length is 70000, want at most 65536", "", "numpy itself stops at 10,000"},
		{"06_header_4g", []byte(npyMagic + "\x02\x00\xff\xff\xff\xff{}"), nil, "", Options{}, ": at byte 8: header length is 4294967295, want at most 65536", "", "a 14-byte file that asks for 4 GiB"},
		{"06_version", []byte(npyMagic + "\x09\x00\x02\x00{}"), nil, "", Options{}, ": at byte 6: format version is 9.0, want 1.0, 2.0 or 3.0", "", ""},
		{"07_shape_overflow", npyText("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", make([]byte, 40)), nil, "", Options{},
			": at byte 60: shape [4294967296, 4294967296] of 8 bytes an element: the product overflows, and the file has 127 bytes", "damaged", "2^67 bytes wrap round to 0"},
		{"07_shape_beyond_file", text("(1000000, 1000), }"), nil, "", Options{}, ": at byte 102: file ends with 24 bytes of data, want 4000000000 for shape [1000000, 1000] of float32", "--allow-truncated", "4 GB must not be allocated"},
		{"08_negative", text("(2, -3), }"), nil, "", Options{}, ": at byte 64: shape[1] is -3, want 0 or more", "", ""},
		{"08_bool", text("(2, True), }"), nil, "", Options{}, ": at byte 64: shape[1] is True, want a size", "", "True is 1 in Python"},
		{"08_float", text("(2, 3.0), }"), nil, "", Options{}, ": at byte 64: shape[1] is 3.0, want a size", "", ""},
		{"08_huge_digits", text("(2, 18446744073709551619), }"), nil, "", Options{}, ": at byte 64: integer has 20 digits, want at most 19", "", "wraps round to 3"},
		{"08_beyond_int64", text("(2, 9999999999999999999), }"), nil, "", Options{}, `: at byte 64: integer is "9999999999999999999", want at most 9223372036854775807`, "", ""},
		{"08_33_dims", text(dims + ", }"), nil, "", Options{}, ": at byte 60: shape has 33 dimensions, want at most 32", "", ""},
		{"08_no_rows", npy("<f4", []int64{0, 3}, false, nil), nil, "", Options{}, ": at byte 60: no rows: shape is [0, 3], want at least one row", "", "an empty validation set"},
		{"08_no_columns", npy("<f4", []int64{3, 0}, false, nil), nil, "", Options{}, ": at byte 60: no columns: shape is [3, 0], want at least one column", "", ""},
		{"09_object", npy("|O", []int64{2}, false, []byte("\x80\x04K\x01.")), nil, "", Options{}, `: at byte 20: data type is "|O": pickled objects, which are programs, want numbers`, "never unpickled", "numpy would run it"},
		{"10_V2", npy("<V2", []int64{2, 3}, false, make([]byte, 12)), nil, "", Options{}, `: at byte 20: data type is "<V2": two bytes of no declared type, want numbers`, "--dtype bf16", "bfloat16 saved with ml_dtypes"},
		{"11_f1", npy("<f1", []int64{2, 3}, false, make([]byte, 6)), nil, "", Options{}, `: at byte 20: data type is "<f1": which 8-bit float?, want numbers`, "--dtype f8_e4m3", ""},
		{"11_V1", npy("|V1", []int64{2, 3}, false, make([]byte, 6)), nil, "", Options{}, `: at byte 20: data type is "|V1": which 8-bit float?, want numbers`, "--dtype f8_e4m3", ""},
		{"11_f8_named", npy("float8_e4m3fn", []int64{2, 3}, false, make([]byte, 6)), nil, "", Options{}, `: at byte 20: data type is "float8_e4m3fn": which 8-bit float?, want numbers`, "--dtype f8_e4m3", ""},
		{"11_f8_contradiction", npy("float8_e4m3fn", []int64{2, 3}, false, make([]byte, 6)), nil, "", Options{DType: "f8_e5m2"}, `: at byte 20: data type is "float8_e4m3fn" and --dtype says float8_e5m2, want numbers`, "leave one", ""},
		{"11_unknown_dtype", good, nil, "", Options{DType: "int4"}, `: at byte 20: element type "int4" is unknown, want numbers`, "bf16, f8_e4m3 and f8_e5m2", ""},
		{"14_complex", typed("<c16"), nil, "", Options{}, `: at byte 20: data type is "<c16": complex numbers, want numbers`, "re-save as numbers", ""},
		{"14_datetime", typed("<M8[ns]"), nil, "", Options{}, `: at byte 20: data type is "<M8[ns]": times, want numbers`, "re-save as numbers", ""},
		{"14_text", npy("<U4", []int64{2, 3}, false, make([]byte, 6*16)), nil, "", Options{}, ": at byte 128: scores are text, want numbers", "labels second", ""},
		{"14_longdouble", typed("<f16"), nil, "", Options{}, `: at byte 20: data type is "<f16": extended precision, which differs between machines, want numbers`, "np.float64", ""},
		{"15_structured", npy("[('logits', '<f4', (3,)), ('label', '<i8')]", []int64{2}, false, make([]byte, 40)), nil, "", Options{}, `: at byte 20: a structured type with fields "logits", "label", want one array of numbers`, "--field NAME", ""},
		{"15_no_field", npy("[('logits', '<f4', (3,)), ('label', '<i8')]", []int64{2}, false, make([]byte, 40)), nil, "", Options{Field: "z"}, `: at byte 20: no field "z" among "logits", "label", want one array of numbers`, "--field NAME", ""},
		{"17_expression", npyText("__import__('os').system('true')", nil), nil, "", Options{}, `: at byte 10: header has "__import__('os').system('true')", want a Python literal (nothing is evaluated)`, "", "eval() would run it"},
		{"17_arithmetic", text("(2*3, 1), }"), nil, "", Options{}, `: at byte 62: header has "*3, 1), }", want a comma or ")"`, "", ""},
		{"17_nested", npyText(strings.Repeat("(", 50000), nil), nil, "", Options{}, ": at byte 19: header is nested more than 8 deep, want a dict with descr, fortran_order and shape", "", "a recursive parser dies of 1e5 levels"},
		{"17_duplicate_key", npyText("{'descr': '<f4', 'shape': (1,), 'shape': (2,), 'fortran_order': False}", f4(1)), nil, "", Options{}, `: at byte 42: key "shape" stands twice`, "", "the last wins in Python, the first elsewhere"},
		{"18_bomb_over_max_bytes", npzOf(zip.Deflate, named2{"logits.npy", scoresZero(1<<20, 4)}), nil, ".npz", Options{MaxBytes: 1 << 20}, `: member "logits": 16777344 bytes to read, want at most 1048576`, "--max-bytes", "16 MB in 16 KB"},
		{"19_nested_zip", npzOf(zip.Store, named2{"inner.npz", zipped}), nil, ".npz", Options{}, `: member "inner.npz": an archive within the archive PATH, want arrays`, "unzip", ""},
		{"19_duplicate", npzOf(zip.Store, named2{"logits.npy", good}, named2{"logits.npy", good}), nil, ".npz", Options{}, `: at byte 472: two members are named "logits.npy" (the other at byte 416), want names that differ`, "re-save", "readers differ on which wins"},
		{"19_overlap", overlapping(), nil, ".npz", Options{}, `: member "b.npy": at byte 60: overlaps member "a.npy", which reaches to byte 187, want members that follow each other`, "re-save", "the bomb of Fifield 2019"},
		{"19_local_name", tamper(zipped, 30, 'x'), nil, ".npz", Options{}, `: member "logits.npy": at byte 0: name is "xogits.npy" in its own header and "logits.npy" in the directory, want the same in both`, "re-save", "a checker that reads local headers sees another name"},
		{"19_zip64_lies", zip64Lies(), nil, ".npz", Options{}, `: at byte 238: members on this disk: 2 in the zip64 end record and 1 in the end record, want the same in both`, "re-save", ""},
		{"19_directory_size", func() []byte {
			b := bytes.Clone(zipped)
			binary.LittleEndian.PutUint32(b[bytes.Index(b, []byte("PK\x01\x02"))+24:], 1<<31)
			return b
		}(), nil, ".npz", Options{}, `: member "logits.npy": at byte 0: 98 bytes are said to become 2147483648, want at most 1032-fold, which is all that deflate can do`, "re-save", "a size to be allocated"},
		{"19_trailing", append(bytes.Clone(zipped), 'x'), nil, ".npz", Options{}, `: at byte 424: 1 bytes follow the archive, which ends here, want none`, "re-save", ""},
		{"19_cut", zipped[:300], nil, ".npz", Options{}, ": a zip archive without its end, want the directory in the last bytes", "cut short", ""},
		{"19_damaged", tamper(npzOf(zip.Store, named2{"logits.npy", good}), 30+10+130, 'x'), nil, ".npz", Options{}, `: member "logits": checksum of the bytes is`, "damaged", "a flipped bit"},
		{"20_path_as_key", npzOf(zip.Store, named2{"../../x.npy", good}, named2{"/etc/logits.npy", good}), nil, ".npz", Options{ScoresKey: "y"}, `: no member "y"; there are "../../x" [2, 3] float32, "/etc/logits" [2, 3] float32`, "", "names are keys, nothing is extracted"},
		{"21_encrypted", encrypted(zipped), nil, ".npz", Options{}, `: at byte 290: member "logits.npy" is encrypted, want a plain archive`, "decrypt", ""},

		{"40_decimal_comma", csv("a;b;label\n0,1;0,9;1\n0,3;0,7;0\n"), nil, ".csv", Options{}, `:2:1: cell 1 ("a") is "0,1", want a number`, "--decimal ,", "a German spreadsheet"},
		{"40_thousands", csv("a,b,label\n\"1,234\",0.5,1\n0.5,0.5,0\n"), nil, ".csv", Options{}, `:2:1: cell 1 ("a") is "1,234", want a number`, "--decimal ,", "1234 or 1.234: never guessed"},
		{"40_empty_cell", csv("a,b,label\n0.5,0.5,1\n0.5,,0\n"), nil, ".csv", Options{}, `:3:5: cell 2 ("b") is empty, want a number`, "no value is made up", ""},
		{"40_null", csv("a,b,label\n0.5,0.5,1\n0.5,NULL,0\n"), nil, ".csv", Options{}, `:3:5: cell 2 ("b") is "NULL", a missing value, want a number`, "no value is made up", ""},
		{"40_word", csv("a,b,label\n0.5,0.5,1\n0.5, x y,0\n"), nil, ".csv", Options{}, `:3:6: cell 2 ("b") is "x y", want a number`, "", ""},
		{"40_overflow", csv("a,b,label\n0.5,1e400,1\n"), nil, ".csv", Options{}, `:2:5: cell 2 ("b") is "1e400", beyond float64, want a number`, "", ""},
		{"40_ragged", csv("a,b,label\n0.5,0.5,1\n0.5,0\n0.5,0.5,1\n"), nil, ".csv", Options{}, ":3: 2 cells, want 3, as in the lines before", "", ""},
		{"40_too_long", csv("a,b,label\n0.5,0.5,1\n0.5,0.5,0,7\n"), nil, ".csv", Options{}, ":3: 4 cells, want 3, as in the lines before", "", ""},
		{"40_cut_line", csv("a,b,label\n0.5,0.5,1\n0.5,0."), nil, ".csv", Options{}, ":3: 2 cells, want 3, as in the lines before", "--allow-truncated", ""},
		{"40_open_quote", csv("a,b,label\n0.5,\"0.5,1\n0.5,0.5,1\n"), nil, ".csv", Options{}, ":2: a quoted cell does not end", "written twice", ""},
		{"40_header_short", csv("a,b\n0.5,0.5,1\n0.5,0.25,0\n"), nil, ".csv", Options{}, ":1: 2 names of columns, want 3, as many as the next line has cells", "", ""},
		{"40_header_only", csv("logit_0,logit_1,label\n"), nil, ".csv", Options{}, ":1: no rows: the first line names columns and none follows, want at least one row", "", ""},
		{"41_abbreviated", csv("logits,label\n\"[0.1 0.2 ... 0.8 0.9]\",1\n"), nil, ".csv", Options{}, `:2:1: cell 1 ("logits") holds "...": numpy abbreviated its output, data are lost, want all numbers`, "np.save", "print of a long array"},
		{"41_lengths", csv("logits,label\n\"[0.1 0.2]\",1\n\"[0.1 0.2 0.3]\",1\n"), nil, ".csv", Options{}, `:3:1: cell 1 ("logits") holds 3 numbers, want 2, as in the rows before`, "", ""},
		{"42_columns", csv(strings.Repeat("1,", 1e6) + "1\n"), nil, ".csv", Options{}, ":1: more than 524288 columns, want a table", ".npy", ""},
		{"43_names_escaped", csv("a,\x1b[31mred,label\n0.5,x,1\n0.5,0.5,1\n0.5,0.5,1\n0.5,0.5,0\n"), nil, ".csv", Options{}, `:2:5: cell 2 ("\x1b[31mred") is "x", want a number`, "", "a terminal must not see the escape"},

		{"51_shifted", scores32(3, 4), labels64(0, 1), "", Options{}, ": 2 labels, want 3, one for each row of PATH", "shifted by one", "next-token scores and tokens"},
		{"51_counts", scores32(7, 4), labels64(0, 1), "", Options{}, ": 2 labels, want 7, one for each row of PATH", "last rows", ""},
		{"51_reshape", scores32(2, 4), labels64(0, 1, 2, 3, 0, 1), "", Options{}, ": 6 labels, want 2, one for each row of PATH", "reshape the scores to [6, classes], or keep their shape [2, 3, classes]", "N*T labels for N rows"},
		{"51_csv", csv("0.5,0.25\n0.5,0.25\n0.5,0.25\n"), labels64(0, 1), ".csv", Options{}, ": 2 labels, want 3, one for each row of PATH", "shifted by one", "known only at the end"},
		{"51_csv_long", csv("0.5,0.25\n0.5,0.25\n0.5,0.25\n"), labels64(0, 1, 0, 1, 0, 1, 0), ".csv", Options{}, ": 7 labels, want 3, one for each row of PATH", "last rows", ""},
		{"51_label_columns", scores32(2, 4), npy("<i8", []int64{2, 3}, false, make([]byte, 48)), "", Options{}, ": labels of shape [2, 3], want [2], or [2, 4] for soft labels", "", ""},
		{"51_soft_counts", scores32(4, 3), npy("<f4", []int64{5, 3}, false, make([]byte, 60)), "", Options{}, ": 5 labels, want 4, one for each row of PATH", "shifted by one", "soft labels are counted in rows"},
		{"51_class_axis", scores32(2, 3, 5), npy("<i8", []int64{2, 5}, false, make([]byte, 80)), "", Options{}, ": scores [2, 3, 5] with labels [2, 5]: classes are axis 1, want classes last", "np.moveaxis(scores, 1, -1)", "PyTorch's order for images"},
		{"51_ambiguous_axis", scores32(2, 3, 3), npy("<i8", []int64{2, 3}, false, make([]byte, 48)), "", Options{}, ": scores [2, 3, 3] with labels [2, 3]: classes may be axis 1 or the last, want shapes that tell", "reshape", ""},
		{"52_fraction", good, npy("<f4", []int64{2}, false, f4(3, 3.5)), "", Options{}, ": at byte 132: label of row 1 is 3.5, want an integer", "class numbers", ""},
		{"52_nan", good, npy("<f4", []int64{2}, false, []byte{0, 0, 0, 0, 0, 0, 0xc0, 0x7f}), "", Options{}, ": at byte 132: label of row 1 is NaN, want an integer", "class numbers", ""},
		{"52_beyond_int64", good, npy("<u8", []int64{2}, false, i8(0, -100)), "", Options{}, ": at byte 136: label of row 1 is 18446744073709551516, want at most 9223372036854775807", "-100 stored without a sign", ""},
		{"52_csv_fraction", csv("a,b,label\n0.5,0.5,1\n0.5,0.5,1.5\n0.5,0.5,1\n"), nil, ".csv", Options{}, `:3:9: cell 3 ("label") is "1.5", want an integer`, "class numbers", ""},
		{"52_csv_nan", csv("a,b,label\n0.5,0.5,1\n0.5,0.5,nan\n0.5,0.5,1\n"), nil, ".csv", Options{}, `:3:9: cell 3 ("label") is "nan", want an integer`, "class numbers", ""},
		{"52_csv_word", csv("a,b,label\n0.5,0.5,1\n0.5,0.5,cat\n0.5,0.5,1\n"), nil, ".csv", Options{}, `:3:9: cell 3 ("label") is "cat", want an integer`, "the labels before it are numbers", ""},
		{"52_csv_empty", csv("a,b,label\n0.5,0.5,1\n0.5,0.5,\n0.5,0.5,1\n"), nil, ".csv", Options{}, `:3:9: cell 3 ("label") is empty, want an integer`, "--ignore-index", ""},
		{"52_csv_huge", csv("a,b,label\n0.5,0.5,1\n0.5,0.5,99999999999999999999\n"), nil, ".csv", Options{}, `:3:9: cell 3 ("label") is "99999999999999999999", want an integer`, "", ""},
		{"52_too_many_words", csv("a,b,label\n0.5,0.5,x\n0.5,0.5,y\n0.5,0.5,z\n"), nil, ".csv", Options{}, `:4:9: cell 3 ("label") "z" is distinct label number 3, want at most 2, one for each class`, "--labels-key", ""},

		{"65_swapped", labels64(0, 1), good, "", Options{}, ": holds labels, and LABELS holds scores, want the scores first", "xent eval LABELS PATH", ""},
		{"65_swapped_csv", csv("label\n0\n1\n"), csv("0.5,0.25\n0.5,0.75\n"), ".csv", Options{}, ": holds labels, and LABELS holds scores, want the scores first", "xent eval LABELS PATH", ""},
		{"65_swapped_binary", labels64(0, 1), npy("<f4", []int64{2}, false, f4(0.5, -0.5)), "", Options{}, ": holds labels, and LABELS holds scores, want the scores first", "xent eval LABELS PATH", ""},
		{"65_swapped_words", csv("cat\ndog\n"), good, ".csv", Options{}, ": holds labels, and LABELS holds scores, want the scores first", "xent eval LABELS PATH", ""},

		{"74_pickle", []byte("\x80\x02}q\x00."), nil, ".pt", Options{}, ": a pickle, which is a program (PyTorch, joblib or Python wrote it), want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl", "torch.load", ""},
		{"36_no_leading_magic", []byte("\x00\x00\x00\x00\x15\x00\x00\x00\x08\x00\x00\x00PAR1"), nil, "", Options{}, ": ends as a Parquet file does and does not begin so, want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl", "copy it again", "the beginning was lost, or overwritten"},
		{"36_no_trailing_magic", []byte("PAR1\x00\x00\x00\x00\x00\x00\x00\x00PAR"), nil, "", Options{}, `: at byte 11: a Parquet file that ends in "\x00PAR", want "PAR1"`, "cut short", ""},
		{"36_footer_beyond_file", []byte("PAR1\xff\xff\xff\x7fPAR1"), nil, "", Options{}, ": at byte 4: footer length is 2147483647, want at most the 0 bytes before it", "cut short", "2 GiB must not be allocated"},
		{"36_encrypted", []byte("PARE\x00\x00\x00\x00\x00\x00\x00\x00PARE"), nil, "", Options{}, ": an encrypted Parquet file, want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl", "without encryption", ""},
		{"36_short", []byte("PAR1xxxx"), nil, "", Options{}, ": 8 bytes, want a Parquet file", "cut short", ""},
		{"74_pdf", []byte("%PDF-1.7\n"), nil, "", Options{}, ": a PDF document, want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl", "", ""},
		{"74_binary", []byte("\x01\x02\x03\x04abc"), nil, "", Options{}, `: at byte 0: binary data of an unknown kind: "\x01\x02\x03\x04abc", want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl`, "", ""},
		{"74_zeros", make([]byte, 4096), nil, "", Options{}, ": begins with 512 zero bytes, want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl", "export it again", ""},

		{"75_latin1_name", csv("na\xefve,b,label\n0.5,0.5,1\n0.5,0.5,0\n"), nil, ".csv", Options{}, `: at byte 2: column names with the byte "\xef", want UTF-8`, "iconv", ""},
		{"75_latin1_label", csv("a,b,label\n0.5,0.5,caf\xe9\n0.5,0.5,x\n"), nil, ".csv", Options{}, `: at byte 21: a label with the byte "\xe9", want UTF-8`, "iconv", ""},
		{"75_utf16_no_bom", []byte("0\x00,\x001\x00\n\x000\x00,\x001\x00\n\x00"), nil, ".csv", Options{}, ": at byte 0: looks like UTF-16 text without a byte order mark, want .npy, .npz, .safetensors, .pt, .parquet, .arrow, .csv, .tsv or .jsonl", "save it as UTF-8", ""},
		{"75_utf16_cut", []byte("\xff\xfe0\x00,\x001\x00\n\x000"), nil, ".csv", Options{}, ": at byte 10: one byte at the end, want UTF-16, of which every unit has two", "cut short", ""},
	}
}

func scoresZero(rows, cols int64) []byte {
	return npy("<f4", []int64{rows, cols}, false, make([]byte, rows*cols*4))
}

// tamper changes one byte.
func tamper(b []byte, i int, c byte) []byte {
	b = bytes.Clone(b)
	b[i] = c
	return b
}

// encrypted sets the flag of the first member in both headers.
func encrypted(b []byte) []byte {
	b = bytes.Clone(b)
	b[6] |= 1
	b[bytes.Index(b, []byte("PK\x01\x02"))+8] |= 1
	return b
}

// overlapping is an archive whose second member's header lies within the bytes of the first.
func overlapping() []byte {
	return rawZip(
		rawMember{name: "a.npy", data: scores32(2, 3), header: 0},
		rawMember{name: "b.npy", data: make([]byte, 40), header: 60, noBytes: true},
	)
}

// rawMember is a member whose header may be said to be anywhere.
type rawMember struct {
	name    string
	data    []byte
	header  uint32
	noBytes bool
}

// rawZip writes what it is told, true or not. A member without bytes gets a local header inside the
// member before it.
func rawZip(members ...rawMember) []byte {
	var b, dir []byte
	le := binary.LittleEndian
	for _, m := range members {
		h := le.AppendUint32(nil, zipLocal)
		h = append(h, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		h = le.AppendUint32(h, 0)
		h = le.AppendUint32(h, uint32(len(m.data)))
		h = le.AppendUint32(h, uint32(len(m.data)))
		h = le.AppendUint16(h, uint16(len(m.name)))
		h = le.AppendUint16(h, 0)
		h = append(h, m.name...)
		if m.noBytes {
			copy(b[m.header:], h)
		} else {
			b = append(append(b, h...), m.data...)
		}
		d := le.AppendUint32(nil, zipCentral)
		d = append(d, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		d = le.AppendUint32(d, 0)
		d = le.AppendUint32(d, uint32(len(m.data)))
		d = le.AppendUint32(d, uint32(len(m.data)))
		d = le.AppendUint16(d, uint16(len(m.name)))
		d = append(d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		d = le.AppendUint32(d, m.header)
		dir = append(append(dir, d...), m.name...)
	}
	return append(b, endOf(len(members), len(dir), len(b), dir)...)
}

func endOf(members, size, at int, dir []byte) []byte {
	le := binary.LittleEndian
	e := le.AppendUint32(bytes.Clone(dir), zipEnd)
	e = append(e, 0, 0, 0, 0)
	e = le.AppendUint16(e, uint16(members))
	e = le.AppendUint16(e, uint16(members))
	e = le.AppendUint32(e, uint32(size))
	e = le.AppendUint32(e, uint32(at))
	return append(e, 0, 0)
}

// zip64Lies has a zip64 end record that contradicts the end record.
func zip64Lies() []byte {
	le := binary.LittleEndian
	b := rawZip(rawMember{name: "a.npy", data: scores32(2, 3)})
	end := len(b) - endSize
	dirAt := int(le.Uint32(b[end+16:]))
	big := le.AppendUint32(nil, zip64End)
	big = le.AppendUint64(big, end64Size-12)
	big = append(big, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	big = le.AppendUint64(big, 2)
	big = le.AppendUint64(big, 2)
	big = le.AppendUint64(big, uint64(end-dirAt))
	big = le.AppendUint64(big, uint64(dirAt))
	loc := le.AppendUint32(nil, zip64Locate)
	loc = le.AppendUint32(loc, 0)
	loc = le.AppendUint64(loc, uint64(end))
	loc = le.AppendUint32(loc, 1)
	return append(append(append(bytes.Clone(b[:end]), big...), loc...), b[end:]...)
}

func TestBadInput(t *testing.T) {
	for _, tt := range badInputs() {
		t.Run(tt.name, func(t *testing.T) { tt.check(t) })
	}
}

// check reads the input and compares what is said about it.
func (tt badInput) check(t *testing.T) {
	ext := tt.ext
	if ext == "" {
		ext = ".npy"
	}
	src := Source{Scores: write(t, "val"+ext, tt.scores)}
	if tt.labels != nil {
		src.Labels = write(t, "labels"+ext, tt.labels)
	}
	_, err := readAll(src, tt.opt)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want *Error: %s", err, tt.err)
	}
	got := e.Error()
	if !strings.HasPrefix(got, src.Scores) && (src.Labels == "" || !strings.HasPrefix(got, src.Labels)) {
		t.Errorf("error does not begin with the file's name: %s", got)
	}
	short := func(s string) string {
		if src.Labels != "" {
			s = strings.ReplaceAll(s, src.Labels, "LABELS")
		}
		return strings.ReplaceAll(s, src.Scores, "PATH")
	}
	got = strings.TrimPrefix(strings.TrimPrefix(short(got), "PATH"), "LABELS")
	if strings.Contains(tt.err, "checksum") {
		got = got[:min(len(got), len(tt.err))]
	}
	if got != tt.err {
		t.Errorf("error\n  %s\nwant\n  %s", got, tt.err)
	}
	if !strings.Contains(short(e.Hint), tt.hint) || (tt.hint == "" && e.Hint != "" && !strings.HasPrefix(tt.name, "5")) {
		t.Errorf("hint %q, want %q", short(e.Hint), tt.hint)
	}
	if strings.ContainsAny(got, "\x1b\x00\n") {
		t.Errorf("unprintable bytes in %q", got)
	}
}

// Rows of the table about what a path is.
func TestBadInput_69_paths(t *testing.T) {
	dir := t.TempDir()
	fifo, loop := filepath.Join(dir, "fifo"), filepath.Join(dir, "loop")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ path, want string }{
		{fifo, "is a pipe, want a regular file"},
		{"/dev/zero", "is a device, want a regular file"},
		{dir, "is a directory, want a file"},
		{loop, "too many levels of symbolic links, want a regular file"},
		{filepath.Join(dir, "none.npy"), "does not exist"},
	} {
		_, err := Open(Source{Scores: tt.path}, Options{})
		if want := tt.path + ": " + tt.want; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestBadInput_66_same_file(t *testing.T) {
	path := write(t, "val.npy", scores32(2, 3))
	link := filepath.Join(t.TempDir(), "other.npy")
	if err := os.Link(path, link); err != nil {
		t.Fatal(err)
	}
	for _, labels := range []string{path, link} {
		_, err := Open(Source{Scores: path, Labels: labels}, Options{})
		if err == nil || !strings.Contains(err.Error(), "the same file is given as scores and as labels, want two files") {
			t.Errorf("labels %s: error %v", labels, err)
		}
	}
}
