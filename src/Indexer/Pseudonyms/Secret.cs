namespace Dicom2Fhir.Indexer.Pseudonyms;

/// <summary>A password or token: given itself, or in a file that is read each time, so that whoever renews it need not stop the program.</summary>
public sealed class Secret
{
    readonly string? value;
    readonly string? file;

    Secret(string? value, string? file) => (this.value, this.file) = (value, file);

    /// <summary>Null when neither is given.</summary>
    /// <param name="setting">Its name, for the message.</param>
    /// <exception cref="SettingException">Both are given, or the file cannot be read.</exception>
    internal static Secret? Of(string setting, string? value, string? file)
    {
        if (value is null && file is null) return null;
        if (value is not null && file is not null) throw new SettingException($"{setting} and {setting}File are both given: give one.");
        var secret = new Secret(value, file is null ? null : Path.GetFullPath(file));
        try
        {
            if (secret.Read().Length == 0) throw new SettingException($"{setting}File names an empty file.");
            return secret;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{setting}File cannot be read: {exception.Message}");
        }
    }

    public string Read() => value ?? File.ReadAllText(file!).Trim();

    /// <summary>Never the secret: logs print what they are given.</summary>
    public override string ToString() => "***";
}
