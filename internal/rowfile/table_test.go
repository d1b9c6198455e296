package rowfile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// Rows 40, 41 and 75: tables as people write them. All hold the same two rows.
func TestTables(t *testing.T) {
	utf16le := func(s string) []byte {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return b
	}
	utf16be := func(s string) []byte { return turned(utf16le(s), 2) }
	checked := 0
	for _, tt := range []struct {
		name, text string
		opt        Options
		note       []string
	}{
		{"plain", "logit_0,logit_1,label\n0.5,-1.25,1\n2,1e-3,0\n", Options{}, []string{"delimiter comma, a header", `"logit_0" to "logit_1"`, `labels: column "label"`}},
		{"crlf", "logit_0,logit_1,label\r\n0.5,-1.25,1\r\n2,1e-3,0\r\n", Options{}, nil},
		{"no_final_newline", "logit_0,logit_1,label\n0.5,-1.25,1\n2,1e-3,0", Options{}, nil},
		{"blank_lines", "\nlogit_0,logit_1,label\n\n0.5,-1.25,1\n \n2,1e-3,0\n\n", Options{}, nil},
		{"semicolon", "a;b;y\n0.5;-1.25;1\n2;1e-3;0\n", Options{}, []string{"delimiter semicolon"}},
		{"tab", "a\tb\ty\n0.5\t-1.25\t1\n2\t1e-3\t0\n", Options{}, []string{"delimiter tab"}},
		{"savetxt", "5.0e-01 -1.25e+00 1\n2.0e+00 1.0e-03 0\n", Options{}, []string{"delimiter blanks, no header"}},
		{"savetxt_exponents", "5.0e-01 -1.25e+00 1.000e+00\n2.0e+00 1.0e-03 0.000e+00\n", Options{}, []string{"labels: column 3"}},
		{"savetxt_header", "# a b y\n5.0e-01 -1.25e+00 1\n2.0e+00 1.0e-03 0\n", Options{}, []string{"delimiter blanks, a header"}},
		{"comments", "# made by run 7\n# a,b,y\n0.5,-1.25,1\n2,1e-3,0\n", Options{}, []string{"a header"}},
		{"padded", "a, b , y\n 0.5 ,\t-1.25, 1\n2, 1e-3 ,0 \n", Options{}, nil},
		{"no_header", "0.5,-1.25,1\n2,1e-3,0\n", Options{}, []string{"no header", "labels: column 3"}},
		{"label_first", "1,0.5,-1.25\n0,2,1e-3\n", Options{}, []string{"labels: column 1"}},
		{"index", ",a,b,label\n0,0.5,-1.25,1\n1,2,1e-3,0\n", Options{}, []string{"left out"}},
		{"r_row_names", "\"a\",\"b\",\"label\"\n\"x\",0.5,-1.25,1\n\"y\",2,1e-3,0\n", Options{}, []string{"left out"}},
		{"pandas", ",0,1,label\n0,0.5,-1.25,1\n1,2,1e-3,0\n", Options{}, []string{"a header"}},
		{"pandas_numbers", "0,1,2\n0.5,-1.25,1\n2,1e-3,0\n", Options{LabelsKey: "2"}, []string{"a header"}},
		{"quoted", "\"a\",\"b\",\"label\"\n\"0.5\",\"-1.25\",\"1\"\n\"2\",\"1e-3\",\"0\"\n", Options{}, nil},
		{"quoted_newline", "text,a,b,label\n\"one\ntwo, \"\"three\"\"\",0.5,-1.25,1\n\"x\",2,1e-3,0\n", Options{}, []string{`left out: "text"`}},
		{"bom", "\xef\xbb\xbflogit_0,logit_1,label\n0.5,-1.25,1\n2,1e-3,0\n", Options{}, []string{`"logit_0"`}},
		{"utf16le", string(utf16le("a,b,label\n0.5,-1.25,1\n2,1e-3,0\n")), Options{}, nil},
		{"utf16be", string(utf16be("a,b,label\n0.5,-1.25,1\n2,1e-3,0\n")), Options{}, nil},
		{"decimal_comma", "a;b;y\n0,5;-1,25;1\n2;1e-3;0\n", Options{Decimal: ','}, []string{"delimiter semicolon"}},
		{"decimal_comma_tab", "a\tb\ty\n0,5\t-1,25\t1\n2\t1e-3\t0\n", Options{Decimal: ','}, nil},
		{"list", "logits,label\n[0.5 -1.25],1\n[2. 1e-3],0\n", Options{}, []string{"in brackets"}},
		{"list_commas", "label,logits\n1,\"[0.5, -1.25]\"\n0,\"[2., 1e-3]\"\n", Options{}, nil},
		{"list_lines", "label,logits\n1,\"[0.5\n -1.25]\"\n0,\"[2.\n 1e-3]\"\n", Options{}, nil},
		{"tensor", "label,logits\n1,\"tensor([0.5, -1.25], device='cuda:0')\"\n0,\"tensor([2., 1e-3], dtype=torch.bfloat16)\"\n", Options{}, nil},
		{"np_scalars", "a,b,y\nnp.float64(0.5),np.float64(-1.25),1\nnp.float64(2),np.float64(1e-3),0\n", Options{}, nil},
		{"other_columns", "name,logit_a,logit_b,loss,pred,label\nx,0.5,-1.25,9,1,1\ny,2,1e-3,9.5,1,0\n", Options{}, []string{`left out: "name", "loss", "pred"`}},
		{"prefix", "p_a,p_b,z_a,z_b,label\n9.5,9,0.5,-1.25,1\n9,9,2,1e-3,0\n", Options{ScoresKey: "z_"}, nil},
		{"words", "a,b,label\n0.5,-1.25,pos\n2,1e-3,neg\n", Options{}, []string{`"neg", "pos"`}},
		{"named_key", "a,b,target,label\n0.5,-1.25,9,1\n2,1e-3,9,0\n", Options{LabelsKey: "label", ScoresKey: ""}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checked++
			if tt.name == "named_key" {
				tt.text = strings.Replace(tt.text, "target", "id", 1)
			}
			all := must(t, Source{Scores: write(t, "t.csv", []byte(tt.text))}, tt.opt)
			same(t, "scores", all.scores, 0.5, -1.25, 2, 1e-3)
			same(t, "labels", all.labels, 1, 0)
			if all.Scores.Rows != 2 || all.Scores.Cols != 2 || !all.Wide() {
				t.Errorf("%d rows of %d, wide %v", all.Scores.Rows, all.Scores.Cols, all.Wide())
			}
			for _, n := range tt.note {
				has(t, "notes", all.Notes, n)
			}
		})
	}
	if checked < 30 {
		t.Fatalf("%d tables checked", checked)
	}
}

func TestTableClasses(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		classes    string
		labels     []int64
	}{
		{"numbers", "logit_0,logit_1,label\n0.5,1,1\n0.5,1,0\n", "[]", []int64{1, 0}},
		{"words", "logit_dog,logit_cat,label\n0.5,1,1\n0.5,1,0\n", "[dog cat]", []int64{1, 0}},
		{"by_columns", "logit_dog,logit_cat,label\n0.5,1,cat\n0.5,1,dog\n", "[dog cat]", []int64{1, 0}},
		{"plain", "dog,cat,y\n0.5,1,cat\n0.5,1,cat\n", "[dog cat]", []int64{1, 1}},
		{"sorted", "0.5,1,dog\n0.5,1,cat\n", "[cat dog]", []int64{1, 0}},
	} {
		all := must(t, Source{Scores: write(t, "t.csv", []byte(tt.text))}, Options{})
		same(t, tt.name, all.labels, tt.labels...)
		if got := fmt.Sprint(all.Classes); got != tt.classes {
			t.Errorf("%s: classes %s, want %s", tt.name, got, tt.classes)
		}
	}
	all := must(t, Source{Scores: write(t, "t.csv", []byte("p_0,p_1,p_10,p_2,label\n.1,.2,.3,.4,1\n"))}, Options{})
	has(t, "warnings", all.Warnings(), "not in the order of their numbers")
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		text string
		want float64
		v    verdict
	}{
		{"0", 0, isNumber}, {"-0", math.Copysign(0, -1), isNumber}, {"+1.5", 1.5, isNumber}, {".5", .5, isNumber}, {"5.", 5, isNumber},
		{"1e5", 1e5, isNumber}, {"1E-5", 1e-5, isNumber}, {"123456789012345678901234567890", 123456789012345678901234567890, isNumber},
		{"0.1000000000000000055511151231257827", 0.1, isNumber}, {"2.2250738585072011e-308", 2.2250738585072011e-308, isNumber},
		{"9007199254740993", 9007199254740993, isNumber}, {"0.000000000000000000000001", 1e-24, isNumber}, {"1e400", inf, isRange}, {"1e-400", 0, isNumber},
		{"NaN", nan, isNumber}, {"nan", nan, isNumber}, {"-inf", -inf, isNumber}, {"Infinity", inf, isNumber}, {"+Inf", inf, isNumber},
		{"", 0, isMissing}, {"NULL", 0, isMissing}, {"N/A", 0, isMissing}, {"None", 0, isMissing},
		{".", 0, isText}, {"-", 0, isMissing}, {"+", 0, isText}, {"e5", 0, isText}, {"1e", 0, isText}, {"1e+", 0, isText}, {"1.2.3", 0, isText},
		{"0x10", 0, isText}, {"1_000", 0, isText}, {"1,5", 0, isText}, {"50%", 0, isText}, {"1 5", 0, isText}, {"infin", 0, isText}, {"--1", 0, isText}, {"-.", 0, isText},
	} {
		got, v := parseNumber([]byte(tt.text), '.')
		if v != tt.v || v == isNumber && (got != tt.want && !(got != got && tt.want != tt.want) || math.Signbit(got) != math.Signbit(tt.want)) {
			t.Errorf("parseNumber(%q) = %v, %v; want %v, %v", tt.text, got, v, tt.want, tt.v)
		}
	}
}

// Numbers of every length and size against strconv, whose rounding is proved: the fast way must know
// where it ends.
func TestNumbersAgainstStrconv(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		digits := strconv.FormatUint(rng.Uint64()>>rng.IntN(60), 10)
		if at := rng.IntN(len(digits) + 3); at < len(digits) {
			digits = digits[:at] + "." + digits[at:]
		}
		s := []string{"", "-", "+"}[rng.IntN(3)] + digits
		if rng.IntN(2) == 0 {
			s += "e" + strconv.Itoa(rng.IntN(80)-40)
		}
		want, err := strconv.ParseFloat(s, 64)
		if got, v := parseNumber([]byte(s), '.'); err != nil || v != isNumber || got != want {
			t.Fatalf("parseNumber(%q) = %v, %v; want %v, %v", s, got, v, want, err)
		}
	}
}
