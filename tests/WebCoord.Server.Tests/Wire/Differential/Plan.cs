using System.Globalization;
using System.Text;

namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>Makes the requests of sequences, with their texts. Nothing here is checked: any of them may be wrong.
/// </summary>
internal static class Plan
{
    private static readonly Dictionary<int, string> Names = typeof(WireOp).GetFields()
        .ToDictionary(field => (int)field.GetRawConstantValue()!, field => field.Name);

    public static PlannedRequest Create(int type, string? path, byte[]? data, IReadOnlyList<WireAcl>? acl, int flags) =>
        new(type, Told($"{NameOf(type)} {Show(path)} {Show(data)} {Show(acl)} flags {flags}"), scope =>
            new BodyWriter().Text(scope.Expand(path)).Buffer(data).Acl(acl).Int(flags).ToArray())
        {
            Path = path,
            Flags = flags,
            Acl = acl,
        };

    public static PlannedRequest CreateTtl(string? path, byte[]? data, IReadOnlyList<WireAcl>? acl, int flags, long ttl)
    {
        var create = Create(WireOp.CreateTtl, path, data, acl, flags);
        return create with
        {
            Text = Told($"{create.Text} ttl {ttl}"),
            Body = scope => [.. create.Body(scope), .. new BodyWriter().Long(ttl).ToArray()],
        };
    }

    /// <summary>Of delete and check.</summary>
    public static PlannedRequest Versioned(int type, string? path, int version) =>
        new(type, Told($"{NameOf(type)} {Show(path)} version {version}"), scope =>
            WireBody.PathAndVersion(scope.Expand(path), version))
        {
            Path = path,
        };

    /// <summary>Of exists, getData and both kinds of getChildren.</summary>
    public static PlannedRequest Read(int type, string? path, bool watch) =>
        new(type, $"{NameOf(type)} {Show(path)}{(watch ? " watch" : "")}", scope =>
            WireBody.Read(scope.Expand(path), watch))
        {
            Path = path,
            Watches = watch,
        };

    public static PlannedRequest SetData(string? path, byte[]? data, int version) =>
        new(WireOp.SetData, Told($"SetData {Show(path)} {Show(data)} version {version}"), scope =>
            WireBody.SetData(scope.Expand(path), data, version))
        {
            Path = path,
        };

    public static PlannedRequest SetAcl(string? path, IReadOnlyList<WireAcl>? acl, int version) =>
        new(WireOp.SetAcl, Told($"SetAcl {Show(path)} {Show(acl)} version {version}"), scope =>
            WireBody.SetAcl(scope.Expand(path), acl, version))
        {
            Path = path,
            Acl = acl,
        };

    /// <summary>Of the operations whose body is a path.</summary>
    public static PlannedRequest OfPath(int type, string? path) =>
        new(type, $"{NameOf(type)} {Show(path)}", scope => WireBody.Path(scope.Expand(path))) { Path = path };

    /// <summary>Of addWatch, checkWatches and removeWatches; the mode or type is kept as the flags.</summary>
    public static PlannedRequest Watch(int type, string? path, int kind) =>
        new(type, Told($"{NameOf(type)} {Show(path)} kind {kind}"), scope =>
            WireBody.PathAndKind(scope.Expand(path), kind))
        {
            Path = path,
            Flags = kind,
            Watches = type == WireOp.AddWatch,
        };

    /// <summary>setWatches with three lists, setWatches2 with five, relative to what was seen so many acts ago.
    /// </summary>
    public static PlannedRequest SetWatches(int acts, params IReadOnlyCollection<string>[] lists)
    {
        var type = lists.Length == 3 ? WireOp.SetWatches : WireOp.SetWatches2;
        var shown = string.Join("; ", lists.Select(list => string.Join(' ', list)));
        return new(type, Told($"{NameOf(type)} since {acts} acts ago: {shown}"), scope =>
            WireBody.SetWatches(scope.ZxidAgo(acts), [.. lists.Select(scope.Expand)]))
        {
            Xid = -8,
            Watches = true,
        };
    }

    public static PlannedRequest Auth(string? scheme, string? credential, bool closes) =>
        new(WireOp.Auth, $"Auth {Show(scheme)} {Show(credential)}", _ => WireBody.Auth(scheme, credential))
        {
            Xid = -4,
            Closes = closes,
        };

    public static PlannedRequest Multi(int type, IReadOnlyList<PlannedRequest> parts) =>
        new(type, $"{NameOf(type)} [{string.Join(" | ", parts)}]", scope =>
            WireBody.Multi(parts.Select(part => (part.Type, part.Body(scope)))))
        {
            Parts = parts,
            Watches = parts.Any(part => part.Watches),
        };

    public static PlannedRequest Reconfig(string? joining, string? leaving, string? members, long configuration) =>
        new(WireOp.Reconfig, Told($"Reconfig {Show(joining)} {Show(leaving)} {Show(members)} {configuration}"), _ =>
            new BodyWriter().Text(joining).Text(leaving).Text(members).Long(configuration).ToArray());

    /// <summary>A request of any type with any body.</summary>
    public static PlannedRequest Raw(int type, byte[] body, bool closes = false) =>
        new(type, Told($"{NameOf(type)} {Convert.ToHexStringLower(body)}"), _ => body) { Closes = closes };

    public static PlannedRequest Ping() => Raw(WireOp.Ping, []) with { Xid = -2 };

    public static PlannedRequest CloseSession() => Raw(WireOp.CloseSession, [], closes: true);

    /// <summary>A request whose body ends too early, by so many bytes.</summary>
    public static PlannedRequest Cut(PlannedRequest request, int bytes) => request with
    {
        Text = Told($"{request.Text} cut by {bytes}"),
        Body = scope => request.Body(scope) is var body ? body[..Math.Max(0, body.Length - bytes)] : [],
    };

    /// <summary>A request with bytes after its body.</summary>
    public static PlannedRequest Extended(PlannedRequest request, byte[] more) => request with
    {
        Text = Told($"{request.Text} with {more.Length} bytes more"),
        Body = scope => [.. request.Body(scope), .. more],
    };

    private static string NameOf(int type) =>
        Names.TryGetValue(type, out var name) ? name : string.Create(CultureInfo.InvariantCulture, $"type {type}");

    private static string Show(string? text) => text is null ? "null" : text.Any(char.IsControl) || text.Length == 0
        ? $"\"{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))}\""
        : text;

    private static string Show(byte[]? data) => data switch
    {
        null => "null",
        { Length: > 40 } => Told($"({data.Length} bytes)"),
        _ => $"\"{Encoding.Latin1.GetString(data)}\"",
    };

    private static string Show(IReadOnlyList<WireAcl>? acl) =>
        acl is null ? "null" : $"[{string.Join(' ', acl.Select(Show))}]";

    private static string Show(WireAcl entry) =>
        Told($"{entry.Scheme ?? "null"}:{entry.Id ?? "null"}:{entry.Permissions}");

    private static string Told(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
