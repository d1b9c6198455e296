package rowfile

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// st is a .safetensors file with any header text.
func st(header string, data []byte) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

// stF32 describes a float32 tensor of n elements from byte begin.
func stF32(name, shape string, begin, end int) string {
	return fmt.Sprintf(`"%s":{"dtype":"F32","shape":[%s],"data_offsets":[%d,%d]}`, name, shape, begin, end)
}

// pkl is a pickle of protocol 2, written opcode by opcode.
type pkl []byte

func (p pkl) text(s string) pkl {
	return append(append(append(p, 'X'), binary.LittleEndian.AppendUint32(nil, uint32(len(s)))...), s...)
}
func (p pkl) int(v int64) pkl {
	return append(append(p, 0x8a, 8), binary.LittleEndian.AppendUint64(nil, uint64(v))...)
}
func (p pkl) global(m, n string) pkl { return append(p, "c"+m+"\n"+n+"\n"...) }
func (p pkl) op(s string) pkl        { return append(p, s...) }
func (p pkl) sizes(v ...int64) (q pkl) {
	q = p.op("(")
	for _, n := range v {
		q = q.int(n)
	}
	return q.op("t")
}

// tensor is one as torch.save writes it: a call that would rebuild it from a storage.
func (p pkl) tensor(class, key string, offset int64, shape, strides []int64) pkl {
	p = p.global("torch._utils", "_rebuild_tensor_v2").op("(")
	p = p.op("(").text("storage").global("torch", class).text(key).text("cpu").int(0).op("tQ")
	p = p.int(offset).sizes(shape...).sizes(strides...)
	return p.op("\x89").global("collections", "OrderedDict").op(")R").op("tR")
}

// pt is an archive as torch.save writes it.
func pt(pickle pkl, storages ...named2) []byte {
	members := []named2{{"x/data.pkl", append(pkl("\x80\x02"), append(pickle, '.')...)}}
	for _, s := range storages {
		members = append(members, named2{"x/data/" + s.name, s.data})
	}
	return npzOf(zip.Store, append(members, named2{"x/version", []byte("3\n")})...)
}

// tensorInputs are the rows of the table of bad inputs about files of tensors.
func tensorInputs() []badInput {
	six := f4(ramp(6)...)
	good := "{" + stF32("logits", "2,3", 0, 24) + "}"
	lists := func(n int64) []byte {
		return pt(pkl{}.tensor("FloatStorage", "0", 0, []int64{2, 3}, []int64{3, 1}), named2{"0", six[:n]})
	}
	index := func(file string) []byte { return []byte(`{"metadata":{},"weight_map":{"logits":"` + file + `"}}`) }
	return []badInput{
		{"28_header_2_63", append([]byte("\x00\x00\x00\x00\x00\x00\x00\x80"), "{}"...), nil, ".safetensors", Options{}, ": at byte 0: header length is 9223372036854775808, want at most the 2 bytes left in the file", "cut short", "allocates 2^63 bytes where it is believed"},
		{"28_header_large", st("{"+strings.Repeat(" ", 17<<20)+"}", nil), nil, ".safetensors", Options{}, ": at byte 0: header length is 17825794, want at most 16777216", "", "the reference takes 100 MB"},
		{"29_duplicate", st(`{`+stF32("logits", "2,3", 0, 24)+`,`+stF32("logits", "2,3", 0, 24)+`}`, six), nil, ".safetensors", Options{}, `: at byte 70: the name "logits" stands twice in one object, want names that differ`, "", "the last wins in Go's own parser"},
		{"30_overlap", st(`{`+stF32("a", "2", 0, 8)+`,`+stF32("b", "2", 4, 12)+`}`, six), nil, ".safetensors", Options{}, `: at byte 66: tensor "b" begins at 4 and overlaps "a", which reaches to 8, want tensors that follow each other`, "", "many tensors over the same bytes cost nothing to declare"},
		{"30_hole", st(`{`+stF32("a", "2", 4, 12)+`}`, six), nil, ".safetensors", Options{}, `: at byte 13: a hole of 4 bytes before tensor "a", want tensors that follow each other`, "", "room for another file"},
		{"30_end_before_begin", st(`{`+stF32("a", "2", 8, 0)+`}`, six), nil, ".safetensors", Options{}, `: at byte 13: tensor "a" ends at 0, before it begins at 8, want an end behind its beginning`, "", ""},
		{"30_cut", st(good, six[:20]), nil, ".safetensors", Options{}, ": at byte 90: file ends with 20 bytes of data, want 24, as its header says", "cut short", ""},
		{"30_trailing", st(good, append(six[:24:24], 'x')), nil, ".safetensors", Options{}, ": at byte 94: 1 bytes follow the last tensor, which ends here, want none", "two files in one", ""},
		{"31_length", st(`{`+stF32("a", "2,3", 0, 20)+`}`, six[:20]), nil, ".safetensors", Options{}, `: at byte 13: tensor "a" has 20 bytes, want 24 for shape [2, 3] of F32`, "", ""},
		{"31_overflow", st(`{`+stF32("a", "4294967296,4294967296", 0, 24)+`}`, six), nil, ".safetensors", Options{}, `: at byte 13: shape [4294967296, 4294967296] of tensor "a": the product overflows`, "damaged", ""},
		{"31_overflow_bits", st(`{`+stF32("a", "4611686018427387905", 0, 4)+`}`, six[:4]), nil, ".safetensors", Options{}, `: at byte 13: shape [4611686018427387905] of tensor "a": the product overflows`, "damaged", "times 4 wraps round to 4"},
		{"31_negative", st(`{`+stF32("a", "-1", 0, 4)+`}`, six[:4]), nil, ".safetensors", Options{}, `: at byte 37: shape of tensor "a" holds "-1", want an integer, 0 to 9223372036854775807`, "", ""},
		{"31_float", st(`{`+stF32("a", "1e0", 0, 4)+`}`, six[:4]), nil, ".safetensors", Options{}, `: at byte 37: shape of tensor "a" holds "1e0", want an integer, 0 to 9223372036854775807`, "", ""},
		{"31_33_dims", st(`{`+stF32("a", strings.Repeat("1,", 32)+"1", 0, 4)+`}`, six[:4]), nil, ".safetensors", Options{}, `: at byte 101: shape of tensor "a" has more than 32 numbers, want fewer`, "", ""},
		{"31_three_offsets", st(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`, six[:4]), nil, ".safetensors", Options{}, `: at byte 60: data_offsets of tensor "a" has more than 2 numbers, want fewer`, "", ""},
		{"31_no_offsets", st(`{"a":{"dtype":"F32","shape":[1]}}`, six[:4]), nil, ".safetensors", Options{}, `: at byte 13: tensor "a" lacks a member, want all of "dtype", "shape", "data_offsets"`, "", ""},
		{"31_more_members", st(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, six[:4]), nil, ".safetensors", Options{}, `: at byte 65: tensor "a" has a member "x", want dtype, shape and data_offsets alone`, "", ""},
		{"32_dtype", st(strings.Replace(good, "F32", "F33", 1), six), nil, ".safetensors", Options{}, `: at byte 18: data type of tensor "logits" is "F33", want one of BF16 BOOL C64 F16 F32 F4 F64 F6_E2M3 F6_E3M2 F8_E4M3 F8_E4M3FNUZ F8_E5M2 F8_E5M2FNUZ F8_E8M0 I16 I32 I64 I8 U16 U32 U64 U8`, "", ""},
		{"32_complex", st(`{"logits":{"dtype":"C64","shape":[1,3],"data_offsets":[0,24]}}`, six), nil, ".safetensors", Options{ScoresKey: "logits"}, `: member "logits": at byte 18: data type is C64, want F16, BF16, F32, F64, F8_E4M3, F8_E5M2, an integer or BOOL`, "tensor.float()", ""},
		{"33_metadata_number", st(`{"__metadata__":{"a":1},`+good[1:], six), nil, ".safetensors", Options{}, `: at byte 29: __metadata__ holds something else than a string under "a", want a map of strings`, "", ""},
		{"33_metadata_list", st(`{"__metadata__":[],`+good[1:], six), nil, ".safetensors", Options{}, `: at byte 24: __metadata__ is no object, want a map of strings`, "", ""},
		{"33_metadata_large", st(`{"__metadata__":{"a":"`+strings.Repeat("x", 1<<20)+`"},`+good[1:], six), nil, ".safetensors", Options{}, `: at byte 24: more than 1048576 bytes of __metadata__, want less`, "", "50 MB to be printed"},
		{"34_not_utf8", st(`{"log\xff"`+good[8:], six), nil, ".safetensors", Options{}, "", "", ""},
		{"34_bom", st("\xef\xbb\xbf"+good, six), nil, ".safetensors", Options{}, "", "", ""},
		{"34_leading_space", st(" "+good, six), nil, ".safetensors", Options{}, "", "", ""},
		{"34_nan", st(`{"logits":NaN}`, nil), nil, ".safetensors", Options{}, `: at byte 18: tensor "logits" is no object, want {"dtype", "shape", "data_offsets"}`, "", ""},
		{"34_cut_json", st(good[:40], six), nil, ".safetensors", Options{}, `: at byte 47: a string that does not end`, "", ""},
		{"34_depth", st(`{"logits":`+strings.Repeat("[", 100), nil), nil, ".safetensors", Options{}, `: at byte 18: tensor "logits" is no object, want {"dtype", "shape", "data_offsets"}`, "", ""},
		{"34_behind", st(good+"{}", six), nil, ".safetensors", Options{}, `: at byte 70: found "{}" behind the value, want nothing more`, "", ""},
		{"35_absolute", index("/etc/passwd"), nil, ".index.json", Options{}, `: at byte 38: tensor "logits" is said to be in "/etc/passwd", want a file beside the index`, "lead elsewhere", ""},
		{"35_parent", index("../x.safetensors"), nil, ".index.json", Options{}, `: at byte 38: tensor "logits" is said to be in "../x.safetensors", want a file beside the index`, "lead elsewhere", ""},
		{"35_backslash", index(`..\\x.safetensors`), nil, ".index.json", Options{}, `: at byte 38: tensor "logits" is said to be in "..\\x.safetensors", want a file beside the index`, "lead elsewhere", "a way up on Windows"},
		{"35_empty", []byte(`{"weight_map":{}}`), nil, ".index.json", Options{}, `: no tensor in its weight_map, want the index of a model in several files`, "", ""},

		{"22_system", pt(pkl{}.global("posix", "system").text("touch owned").op("\x85R")), nil, ".pt", Options{}, `: member "x/data.pkl": at byte 2: refused global posix.system`, "nothing was executed", "the usual attack"},
		{"22_eval", pt(pkl{}.global("builtins", "eval").text("1").op("\x85R")), nil, ".pt", Options{}, `: member "x/data.pkl": at byte 2: refused global builtins.eval`, "nothing was executed", ""},
		{"22_getattr", pt(pkl{}.global("builtins", "getattr").op("N\x85R")), nil, ".pt", Options{}, `: member "x/data.pkl": at byte 2: refused global builtins.getattr`, "nothing was executed", "what bypasses of scanners begin with"},
		{"22_torch_load", pt(pkl{}.global("torch", "load").op("N\x85R")), nil, ".pt", Options{}, `: member "x/data.pkl": at byte 2: refused global torch.load`, "nothing was executed", "of an allowed module"},
		{"23_legacy", []byte("\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."), nil, ".pt", Options{}, ": a PyTorch file of the old kind, several pickles in a row, want " + readable, "torch.save(torch.load", "before PyTorch 1.6"},
		{"24_sklearn", pt(pkl{}.global("sklearn.linear_model._logistic", "LogisticRegression").op(")\x81")), nil, ".pt", Options{}, `: member "x/data.pkl": at byte 2: refused global sklearn.linear_model._logistic.LogisticRegression`, "nothing was executed", ""},
		{"24_numpy_objects", pt(pkl{}.global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray").op("K\x00\x85").text("b").op("\x87R(K\x01").sizes(1).global("numpy", "dtype").text("O8").op("K\x00K\x01\x87R(K\x03").text("|").op("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb\x89]Nat" + "b")), nil, ".pt", Options{}, `: member "tensor": a NumPy array of objects, or one that is no plain array, want numbers`, "np.save", ""},
		{"25_no_stop", npzOf(zip.Store, named2{"x/data.pkl", []byte("\x80\x02]")}), nil, ".pt", Options{}, `: member "x/data.pkl": at byte 3: the pickle ends, want a STOP before its end`, "", ""},
		{"25_empty", pt(pkl{}.op("]")), nil, ".pt", Options{}, `: a PyTorch file without a tensor, want one`, "", ""},
		{"25_cycle", pt(pkl{}.op("]q\x00h\x00a")), nil, ".pt", Options{}, `: member "x/data.pkl": values that stand in each other without end, want plain lists and dicts`, "", "a list that holds itself"},
		{"26_beyond", lists(20), nil, ".pt", Options{}, `: member "tensor": shape [2, 3] with strides [3, 1] from element 0 reaches beyond its storage, want all of it within 5 elements`, "damaged", ""},
		{"26_offset", pt(pkl{}.tensor("FloatStorage", "0", 1, []int64{2, 3}, []int64{3, 1}), named2{"0", six}), nil, ".pt", Options{}, `: member "tensor": shape [2, 3] with strides [3, 1] from element 1 reaches beyond its storage, want all of it within 6 elements`, "damaged", ""},
		{"26_huge_stride", pt(pkl{}.tensor("FloatStorage", "0", 0, []int64{2, 3}, []int64{1 << 62, 1}), named2{"0", six}), nil, ".pt", Options{}, `: member "tensor": shape [2, 3] with strides [4611686018427387904, 1] from element 0 reaches beyond its storage, want all of it within 6 elements`, "damaged", ""},
		{"26_huge_shape", pt(pkl{}.tensor("FloatStorage", "0", 0, []int64{1 << 62, 1 << 62}, []int64{0, 0}), named2{"0", six}), nil, ".pt", Options{}, `: member "tensor": shape [4611686018427387904, 4611686018427387904]: the product overflows`, "damaged", "stride 0 makes any shape fit a storage"},
		{"26_no_storage", pt(pkl{}.tensor("FloatStorage", "7", 0, []int64{2, 3}, []int64{3, 1}), named2{"0", six}), nil, ".pt", Options{}, `: member "tensor": storage "7", which is not in the archive, want a tensor as torch.save writes it`, "", ""},
	}
}

func TestBadTensors(t *testing.T) {
	for _, tt := range tensorInputs() {
		if tt.err == "" {
			continue
		}
		t.Run(tt.name, func(t *testing.T) { tt.check(t) })
	}
	checked := 0
	for _, tt := range tensorInputs() { // refused before they are taken for tensors, or in words too long to repeat
		if tt.err == "" {
			checked++
			if _, err := readAll(Source{Scores: write(t, "val"+tt.ext, tt.scores)}, tt.opt); err == nil {
				t.Errorf("%s: read", tt.name)
			}
		}
	}
	if checked == 0 {
		t.Error("nothing checked")
	}
}

// Every element type of the format, unsorted names, metadata, padding and an empty tensor.
func TestSafetensors(t *testing.T) {
	file := st(`{"__metadata__":{"format":"pt"},"labels":{"dtype":"I64","shape":[2],"data_offsets":[12,28]},`+
		`"none":{"dtype":"F32","shape":[0,3],"data_offsets":[12,12]},"logits":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]}}   `,
		append(put([]uint16{0x3f80, 0xbf00, 0, 0x4000, 0, 0}), i8(2, 0)...))
	all := must(t, Source{Scores: write(t, "val.safetensors", file)}, Options{})
	same(t, "scores", all.scores, 1, -0.5, 0, 2, 0, 0)
	same(t, "labels", all.labels, 2, 0)
	if all.Scores.DType != "bfloat16" || all.Scores.Format != "safetensors" || all.Scores.Member != "logits" {
		t.Errorf("%+v", all.Scores)
	}
	checked := 0
	for code, k := range tensorTypes {
		if !k.known {
			continue
		}
		checked++
		n := int(k.bits / 8)
		file := st(fmt.Sprintf(`{"logits":{"dtype":"%s","shape":[1,4],"data_offsets":[0,%d]}}`, code, 4*n), make([]byte, 4*n))
		all := must(t, Source{Scores: write(t, "x.safetensors", file)}, Options{})
		same(t, code, all.scores, 0, 0, 0, 0)
	}
	if checked != 15 {
		t.Errorf("%d element types, want 15", checked)
	}
}

// Row 35: an index names files beside it, and links may not lead out of its folder, except where the index itself lies.
func TestSafetensorsIndex(t *testing.T) {
	dir := t.TempDir()
	cache := filepath.Join(dir, "cache")
	must2 := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must2(os.Mkdir(cache, 0o777))
	put1 := func(name string, b []byte) string { return putFile(t, dir, name, b) }
	shard := st("{"+stF32("logits", "2,3", 0, 24)+"}", f4(ramp(6)...))
	put1("model-1.safetensors", shard)
	put1("model-2.safetensors", st(`{"labels":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"more":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, []byte{2, 1, 0}))
	index := put1("m.safetensors.index.json", []byte(`{"metadata":{"total_size":26},"weight_map":{"logits":"model-1.safetensors","labels":"model-2.safetensors"}}`))
	all := must(t, Source{Scores: index}, Options{})
	same(t, "labels", all.labels, 2, 1)
	has(t, "notes", all.Notes, "2 tensors in 2 files")
	has(t, "notes", all.Notes, "1 tensors that it does not list")

	for _, tt := range []struct{ name, file, want string }{
		{"gone", "model-3.safetensors", "/model-3.safetensors: is not there, and "},
		{"elsewhere", "model-2.safetensors", `: tensor "logits" is not in "model-2.safetensors", where the index says`},
	} {
		path := put1(tt.name+".index.json", []byte(`{"weight_map":{"logits":"`+tt.file+`"}}`))
		if _, err := readAll(Source{Scores: path}, Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}

	out := filepath.Join(t.TempDir(), "out.safetensors")
	must2(os.WriteFile(out, shard, 0o666))
	must2(os.Symlink(out, filepath.Join(dir, "link.safetensors")))
	path := put1("link.index.json", []byte(`{"weight_map":{"logits":"link.safetensors"}}`))
	if _, err := readAll(Source{Scores: path}, Options{}); err == nil || !strings.Contains(err.Error(), `"link.safetensors" is a link that leads out of its folder`) {
		t.Errorf("link: error %v", err)
	}
	// As the cache of downloads lies: both names are links into one folder of contents.
	must2(os.WriteFile(filepath.Join(cache, "aa"), shard, 0o666))
	must2(os.WriteFile(filepath.Join(cache, "bb"), []byte(`{"weight_map":{"logits":"c.safetensors"}}`), 0o666))
	must2(os.Symlink(filepath.Join(cache, "aa"), filepath.Join(dir, "c.safetensors")))
	must2(os.Symlink(filepath.Join(cache, "bb"), filepath.Join(dir, "c.index.json")))
	if all := must(t, Source{Scores: filepath.Join(dir, "c.index.json")}, Options{}); all.rows != 2 {
		t.Errorf("%d rows", all.rows)
	}
}

// Whatever the strides, what is read is the tensor.
func TestTorchStrides(t *testing.T) {
	storage := named2{"0", f4(ramp(24)...)}
	for _, tt := range []struct {
		name           string
		offset         int64
		shape, strides []int64
		want           []float64
		why            string
	}{
		{"rows", 0, []int64{2, 3}, []int64{3, 1}, []float64{0, 1, 2, 3, 4, 5}, ""},
		{"offset", 5, []int64{2, 2}, []int64{2, 1}, []float64{5, 6, 7, 8}, ""},
		{"transposed", 0, []int64{3, 2}, []int64{1, 3}, []float64{0, 3, 1, 4, 2, 5}, "x.T"},
		{"expanded", 2, []int64{2, 3}, []int64{0, 1}, []float64{2, 3, 4, 2, 3, 4}, "stride 0: one row, seen twice"},
		{"every other", 1, []int64{2, 2}, []int64{6, 2}, []float64{1, 3, 7, 9}, "x[:, ::2]"},
		{"overlapping", 0, []int64{3, 3}, []int64{1, 1}, []float64{0, 1, 2, 1, 2, 3, 2, 3, 4}, "x.unfold(0, 3, 1)"},
		{"three", 0, []int64{2, 2, 2}, []int64{1, 8, 2}, []float64{0, 2, 8, 10, 1, 3, 9, 11}, "permuted"},
		{"one row", 4, []int64{1, 3}, []int64{99, 1}, []float64{4, 5, 6}, "the stride of a dimension of one says nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := pt(pkl{}.op("}(").text("logits").tensor("FloatStorage", "0", tt.offset, tt.shape, tt.strides).op("u"), storage)
			all := must(t, Source{Scores: write(t, "x.pt", file)}, Options{})
			same(t, "scores", all.scores, tt.want...)
			if err := all.Rewind(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Tensors are found in dicts of lists, as parameters, and two of one storage; NumPy's arrays stand in the pickle itself.
func TestTorchNames(t *testing.T) {
	param := pkl{}.global("torch._utils", "_rebuild_parameter").op("(").tensor("HalfStorage", "0", 0, []int64{2}, []int64{1}).op("\x88").global("collections", "OrderedDict").op(")RtR")
	array := pkl{}.global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray").op("K\x00\x85").text("b").op("\x87R(K\x01").sizes(2).
		global("numpy", "dtype").text("f8").op("K\x00K\x01\x87R(K\x03").text("<").op("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89").
		global("_codecs", "encode").text("\u0000\u0000\u0000\u0000\u0000\u0000\u00f0?\u0000\u0000\u0000\u0000\u0000\u0000\u0000@").text("latin1").op("\x86Rtb")
	file := pt(pkl{}.op("}(").text("steps").op("](").op(string(param)).tensor("HalfStorage", "0", 1, []int64{1}, []int64{1}).op("e").text("lr").op("G?\xf0\x00\x00\x00\x00\x00\x00").
		text("np").op(string(array)).op("u"), named2{"0", put([]uint16{0x3c00, 0xc000})})
	a, err := OpenArrays(write(t, "x.pt", file), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var got []string
	for i, n := range a.List {
		v, err := a.Values(i)
		if err != nil {
			t.Fatal(err)
		}
		all, err := v.All(100)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(n.Name, n.Shape, n.DType, all))
	}
	if s, want := strings.Join(got, " "), "steps.0[2]float16[1 -2] steps.1[1]float16[-2] np[2]float64[1 2]"; s != want {
		t.Errorf("%s, want %s", s, want)
	}
}

// What other programs wrote: torch.save, and the reference library of .safetensors.
func TestTensorFilesOfOthers(t *testing.T) {
	const models = "../../testdata/models/"
	want := must(t, Source{Scores: models + "digits-mlp-logits.npy", Labels: models + "digits-labels.npy"}, Options{})
	for _, name := range []string{"digits-mlp.pt", "digits-mlp.safetensors"} {
		got := must(t, Source{Scores: models + name}, Options{})
		same(t, name, got.scores, want.scores...)
		same(t, name, got.labels, want.labels...)
	}
	got := must(t, Source{Scores: models + "digits-mlp-logits-bf16.pt"}, Options{})
	if len(got.scores) != len(want.scores) || got.Scores.DType != "bfloat16" {
		t.Fatalf("%d scores of %s", len(got.scores), got.Scores.DType)
	}
	for i, v := range got.scores {
		if w := want.scores[i]; !(v-w <= 0x1p-8*max(w, -w) && w-v <= 0x1p-8*max(w, -w)) {
			t.Fatalf("score %d is %v, want %v within 2⁻⁸ of it", i, v, w)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	n := 0
	for _, in := range tensorInputs() {
		if in.ext == ".safetensors" && len(in.scores) < 4096 {
			f.Add(in.scores)
			n++
		}
	}
	if n < 20 {
		f.Fatal("no seeds")
	}
	f.Add(st("{"+stF32("logits", "2,3", 0, 24)+"}", f4(ramp(6)...)))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzed(t, Source{Scores: putFile(t, dir, "val.safetensors", data)}, Options{})
	})
}

// The pickle and the storage of a .pt are fuzzed apart: a fuzzer does not find archives.
func FuzzTorch(f *testing.F) {
	six := f4(ramp(6)...)
	f.Add([]byte(pkl("\x80\x02").tensor("FloatStorage", "0", 0, []int64{2, 3}, []int64{3, 1}).op(".")), six)
	f.Add([]byte(pkl("\x80\x02").tensor("HalfStorage", "0", 1, []int64{3, 2}, []int64{1, 3}).op(".")), six)
	f.Add([]byte(pkl("\x80\x02").tensor("FloatStorage", "0", 0, []int64{1 << 40, 3}, []int64{0, 1}).op(".")), six)
	f.Add([]byte(pkl("\x80\x02").global("posix", "system").text("true").op("\x85R.")), six)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, storage []byte) {
		file := npzOf(zip.Store, named2{"x/data.pkl", text}, named2{"x/data/0", storage})
		fuzzed(t, Source{Scores: putFile(t, dir, "val.pt", file)}, Options{MaxBytes: 256 << 20})
	})
}
