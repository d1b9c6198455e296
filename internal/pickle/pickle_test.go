package pickle

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// allow is the list of the tests.
func allow(g Global) bool { return g.Module == "torch" || g == Global{"collections", "OrderedDict"} }

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       Value
		why        string
	}{
		{"none", "N.", nil, ""},
		{"numbers", "\x80\x02(K\x05M\x00\x01J\xff\xff\xff\xff\x8a\x02\x00\xff\x8a\x00G?\xf8\x00\x00\x00\x00\x00\x00t.", Tuple{int64(5), int64(256), int64(-1), int64(-256), int64(0), 1.5}, "every width, signs"},
		{"as text", "(I7\nI01\nF2.5\nVabc\nt.", Tuple{int64(7), true, 2.5, "abc"}, "protocol 0"},
		{"text", "\x80\x04\x8c\x02\xc3\xa9C\x02\xff\x00\x86.", Tuple{"é", Bytes("\xff\x00")}, ""},
		{"list", "\x80\x02]q\x00(K\x01K\x02ea.", nil, ""},
		{"memo", "\x80\x04K\x07\x94h\x00\x86.", Tuple{int64(7), int64(7)}, ""},
		{"pop", "\x80\x02K\x01K\x020.", int64(1), ""},
		{"dup", "K\x012\x86.", Tuple{int64(1), int64(1)}, ""},
		{"persistent", "(X\x01\x00\x00\x00aK\x01tQ.", Persistent{Tuple{"a", int64(1)}}, ""},
		{"global", "ctorch\nFloatStorage\n.", Global{"torch", "FloatStorage"}, ""},
		{"call", "ctorch\nSize\n(K\x02t\x85R.", &Call{Func: Global{"torch", "Size"}, Args: Tuple{Tuple{int64(2)}}}, "nothing is called"},
		{"ordered dict", "ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00aK\x01u.", &Call{Func: Global{"collections", "OrderedDict"}, Args: Tuple{}, Dict: Dict{[]Value{"a"}, []Value{int64(1)}}}, ""},
		{"state", "ctorch\nx\n)RK\x01b.", &Call{Func: Global{"torch", "x"}, Args: Tuple{}, State: int64(1)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "list" {
				tt.text, tt.want = "\x80\x02](K\x01K\x02e.", &List{[]Value{int64(1), int64(2)}}
			}
			got, err := Read([]byte(tt.text), allow)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%#v, %v; want %#v", got, err, tt.want)
			}
		})
	}
	d, err := Read([]byte("\x80\x02}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00bNu."), allow)
	if dict, ok := d.(*Dict); err != nil || !ok || !reflect.DeepEqual(dict.Keys, []Value{"a", "b"}) || !reflect.DeepEqual(dict.Values, []Value{int64(1), nil}) {
		t.Errorf("%#v, %v", d, err)
	}
}

// Row 25 of the table of bad inputs, and row 22.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct{ name, text, want, why string }{
		{"os.system", "cposix\nsystem\n(X\x04\x00\x00\x00truetR.", "byte 0: refused global posix.system", "the usual attack"},
		{"by the stack", "\x80\x04\x8c\x05posix\x8c\x06system\x93.", "byte 17: refused global posix.system", "protocol 4 names by the stack"},
		{"by attribute", "\x80\x04\x8c\x05torch\x8c\x06Size.x\x93.", "", "a dotted name is only a name"},
		{"escape codes", "c\x1b[2J\nx\n.", `byte 0: refused global "\x1b[2J.x"`, "names reach a terminal"},
		{"memo bomb", "(" + strings.Repeat("](", 300), "byte 601: the pickle ends, want a STOP before its end", ""},
		{"operations", strings.Repeat("N0", MaxOps/2) + "N.", "byte 1000000: more than 1000000 opcodes, want fewer", ""},
		{"long", "\x8b\x00\x00\x00\x80.", "byte 0: an integer of 2147483648 bytes, want at most 8", "LONG4 of 2^31"},
		{"long text", "X\xff\xff\xff\x7fabc.", "byte 0: an opcode with 2147483647 bytes, want at most the 4 bytes left", ""},
		{"longer text", "\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc.", "byte 0: an opcode with 2147483647 bytes, want at most the 4 bytes left", ""},
		{"deep tuples", "N" + strings.Repeat("\x85", 1000) + ".", "byte 257: values nested more than 256 deep", ""},
		{"deep lists", strings.Repeat("](", 300) + "]" + strings.Repeat("e", 300) + ".", "byte 856: values nested more than 256 deep", "items come after their list"},
		{"underflow", "\x80\x02\x86.", "byte 2: an opcode takes 2 values of a stack of 0, want as many on it", ""},
		{"below a mark", "K\x01(\x85.", "byte 3: an opcode takes 1 values of a stack of 0, want as many on it", ""},
		{"no mark", "K\x01t.", "byte 2: an opcode takes values up to a mark, want a mark on the stack", ""},
		{"no stop", "K\x01", "byte 2: the pickle ends, want a STOP before its end", ""},
		{"trailing", "N.N.", "byte 1: 2 bytes follow the STOP, want none", ""},
		{"left over", "NN.", "byte 2: STOP with 2 values on the stack, want 1", ""},
		{"open mark", "(N.", "byte 2: STOP with 1 values on the stack, want 1", ""},
		{"extension", "\x82\x01.", "byte 0: opcode '\\u0082' (EXT1), a name by a number, want values, lists and dicts alone", ""},
		{"persistent text", "Pabc\n.", "byte 0: opcode 'P' (PERSID), an identity as text, want values, lists and dicts alone", ""},
		{"instance", "(iposix\nsystem\n.", "byte 1: opcode 'i' (INST), which makes an object of a class, want values, lists and dicts alone", "a call in other clothes"},
		{"object", "(cposix\nsystem\no.", "byte 1: refused global posix.system", ""},
		{"call of a call", "ctorch\nx\n)R)R.", "byte 12: a call of something that is no name, or without a tuple, want a name and a tuple", ""},
		{"memo empty", "h\x07.", "byte 0: place 7 of the memo, which is empty, want a value there", ""},
		{"items of a number", "K\x01K\x02a.", "byte 4: items for something that takes none, want a list or dict", ""},
		{"odd", "}(K\x01u.", "byte 4: a dict of an odd number of keys and values, want pairs", ""},
		{"unknown", "\xff.", "byte 0: opcode 'ÿ' , want values, lists and dicts alone", ""},
		{"protocol", "\x80\x09N.", "byte 0: protocol 9, want 0 to 5", ""},
		{"not UTF-8", "X\x01\x00\x00\x00\xff.", "byte 0: text that is no UTF-8, want UTF-8", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read([]byte(tt.text), allow)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// A list that holds itself is read; whoever walks over it must count.
func TestCycle(t *testing.T) {
	v, err := Read([]byte("]q\x00h\x00a."), allow)
	l, ok := v.(*List)
	if err != nil || !ok || len(l.Items) != 1 || l.Items[0] != v {
		t.Errorf("%v, %v", v, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"N.", "](K\x01K\x02e.", "ctorch\nSize\n(K\x02t\x85R.", "}(X\x01\x00\x00\x00aK\x01u.", "\x80\x04\x8c\x05posix\x8c\x06system\x93.", "]q\x00h\x00a.", "\x8b\x00\x00\x00\x80.", "(I7\nF2.5\nVabc\nt."} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v, err := Read(text, allow)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%d bytes allocated for %d", n, len(text))
		}
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.Got == "" || v != nil || strings.ContainsFunc(e.Error(), func(r rune) bool { return r < ' ' || r == 0x7f })) {
			t.Errorf("%v, %q", v, fmt.Sprint(err))
		}
	})
}
