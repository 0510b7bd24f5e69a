using System.Globalization;
using System.Text;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>
/// Takes what a server sent apart, field by field, as section 2 of the protocol has them. Lists whose order ZooKeeper
/// leaves open are sorted; everything else stays in its order.
/// </summary>
internal sealed class AnswerDecoder
{
    private static readonly int[] Writes =
    [
        WireOp.Create, WireOp.Create2, WireOp.CreateContainer, WireOp.CreateTtl, WireOp.Delete, WireOp.SetData,
        WireOp.SetAcl, WireOp.Multi, WireOp.CloseSession,
    ];

    private readonly List<Field> _fields = [];

    public static Observed Handshake(HandshakeAnswer answer, byte[]? known)
    {
        var decoder = new AnswerDecoder();
        decoder.Add("version", answer.ProtocolVersion);
        decoder.Add("timeout", answer.Timeout);
        decoder._fields.Add(new Field.Session("session", answer.SessionId));
        decoder.Add("password length", answer.Password?.Length ?? -1);
        decoder.Add("password is zero", answer.Password?.All(value => value == 0));
        decoder.Add("password is the known one", known is null ? null : answer.Password?.SequenceEqual(known));
        decoder.Add("read only", answer.ReadOnly);
        decoder.Add("trailing bytes", answer.Trailing);
        return new Observed("handshake", null, decoder._fields);
    }

    public static Observed Event(WireMessage message)
    {
        var decoder = new AnswerDecoder();
        var reader = message.Reader();
        var told = reader.Event();
        decoder.Add("type", told.Type);
        decoder.Add("state", told.State);
        decoder.Add("path", told.Path);
        decoder.Add("error", message.Error);
        decoder.Add("trailing bytes", reader.Remaining);
        decoder._fields.Add(new Field.Write("zxid", message.Zxid));
        return new Observed("event", null, decoder._fields);
    }

    public static Observed Reply(WireMessage message, PlannedRequest? request)
    {
        var decoder = new AnswerDecoder();
        decoder.Add("xid", message.Xid);
        decoder.Add("error", message.Error);
        var reader = message.Reader();
        try
        {
            if (message.Error == 0 && request is not null)
            {
                decoder.Read(request.Type, reader);
            }

            decoder.Add("trailing bytes", reader.Remaining);
        }
        catch (InvalidDataException)
        {
            decoder.Add("undecodable", Convert.ToHexStringLower(message.Body.Span));
        }

        decoder._fields.Add(decoder.Zxid(message, request));
        return new Observed("reply", request, decoder._fields);
    }

    private Field Zxid(WireMessage message, PlannedRequest? request)
    {
        var failed = message.Error != 0 || _fields.Any(field => field is Field.Plain { Value: "-1" }
            && field.Name.EndsWith(" type", StringComparison.Ordinal));
        var isEmptyMulti = request is { Type: WireOp.Multi, Parts.Count: 0 };
        return request is not null && Writes.Contains(request.Type) && !failed && !isEmptyMulti
            ? new Field.Write("zxid", message.Zxid)
            : new Field.Applied("zxid", message.Zxid);
    }

    private void Read(int type, BodyReader reader)
    {
        switch (type)
        {
            case WireOp.Create or WireOp.Sync:
                Add("path", reader.Text());
                break;
            case WireOp.Create2 or WireOp.CreateContainer or WireOp.CreateTtl:
                Add("path", reader.Text());
                AddStat("", reader.Stat());
                break;
            case WireOp.Exists or WireOp.SetData or WireOp.SetAcl:
                AddStat("", reader.Stat());
                break;
            case WireOp.GetData or WireOp.Reconfig:
                AddData("", reader.Buffer());
                AddStat("", reader.Stat());
                break;
            case WireOp.GetAcl:
                AddAcl(reader.Acl());
                AddStat("", reader.Stat());
                break;
            case WireOp.GetChildren or WireOp.GetEphemerals:
                AddSorted("", reader.Texts());
                break;
            case WireOp.GetChildren2:
                AddSorted("", reader.Texts());
                AddStat("", reader.Stat());
                break;
            case WireOp.Multi or WireOp.MultiRead:
                ReadResults(type, reader);
                break;
            case WireOp.Sasl:
                AddData("", reader.Buffer());
                break;
            case WireOp.GetAllChildrenNumber or WireOp.AddWatch:
                Add("number", reader.Int());
                break;
            case WireOp.WhoAmI:
                AddSorted("", reader.List<string?>(() => $"{reader.Text()}:{reader.Text()}"));
                break;
        }
    }

    private void ReadResults(int multi, BodyReader reader)
    {
        for (var index = 0; ; index++)
        {
            var (type, done, error) = reader.MultiHeader();
            var name = string.Create(CultureInfo.InvariantCulture, $"result {index} ");
            Add(name + "type", done ? "end" : type.ToString(CultureInfo.InvariantCulture));
            Add(name + "header error", error);
            if (done)
            {
                Add(name + "end", type.ToString(CultureInfo.InvariantCulture));
                return;
            }

            ReadResult(multi, type, name, reader);
        }
    }

    private void ReadResult(int multi, int type, string name, BodyReader reader)
    {
        switch (type)
        {
            case WireOp.Create:
                Add(name + "path", reader.Text());
                break;
            case WireOp.Create2:
                Add(name + "path", reader.Text());
                AddStat(name, reader.Stat());
                break;
            case WireOp.SetData:
                AddStat(name, reader.Stat());
                break;
            case WireOp.GetData when multi == WireOp.MultiRead:
                AddData(name, reader.Buffer());
                AddStat(name, reader.Stat());
                break;
            case WireOp.GetChildren when multi == WireOp.MultiRead:
                AddSorted(name, reader.Texts());
                break;
            case WireOp.Delete or WireOp.Check:
                break;
            case WireOp.Error:
                Add(name + "error", reader.Int());
                break;
            default:
                throw new InvalidDataException($"A result of type {type}.");
        }
    }

    private void AddStat(string prefix, WireStat stat)
    {
        _fields.Add(new Field.Write(prefix + "czxid", stat.Czxid));
        _fields.Add(new Field.Write(prefix + "mzxid", stat.Mzxid));
        _fields.Add(new Field.Write(prefix + "pzxid", stat.Pzxid));
        _fields.Add(new Field.Time(prefix + "ctime", stat.Czxid, stat.Ctime));
        _fields.Add(new Field.Time(prefix + "mtime", stat.Mzxid, stat.Mtime));
        Add(prefix + "version", stat.Version);
        Add(prefix + "cversion", stat.Cversion);
        Add(prefix + "aversion", stat.Aversion);
        _fields.Add(new Field.Session(prefix + "ephemeralOwner", stat.EphemeralOwner));
        Add(prefix + "dataLength", stat.DataLength);
        Add(prefix + "numChildren", stat.NumChildren);
    }

    /// <summary>Entries in their order, but those that <c>auth</c> was expanded to: ZooKeeper has them in the order of
    /// a hash table, one after the other with equal permissions.</summary>
    private void AddAcl(List<WireAcl>? acl)
    {
        var runs = new List<(string Key, List<string> Entries)>();
        foreach (var entry in acl ?? [])
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{entry.Scheme}:{entry.Id}:{entry.Permissions}");
            var key = entry.Scheme == "digest"
                ? entry.Permissions.ToString(CultureInfo.InvariantCulture)
                : text;
            if (runs.Count == 0 || runs[^1].Key != key)
            {
                runs.Add((key, []));
            }

            runs[^1].Entries.Add(text);
        }

        var sorted = runs.SelectMany(run => run.Entries.Order(StringComparer.Ordinal));
        Add("acl", acl is null ? null : string.Join(' ', sorted));
    }

    private void AddSorted(string prefix, List<string?>? texts) =>
        Add(prefix + "list", texts is null ? null : $"[{string.Join(' ', texts.Order(StringComparer.Ordinal))}]");

    private void AddData(string prefix, byte[]? data) =>
        Add(prefix + "data", data is null ? null : $"\"{Encoding.Latin1.GetString(data)}\"");

    private void Add(string name, object? value) => _fields.Add(new Field.Plain(name,
        Convert.ToString(value, CultureInfo.InvariantCulture) is { } text && value is not null ? text : "null"));
}
